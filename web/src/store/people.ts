/* Names by account, as far as they were seen. Live events carry ids only; a name not known yet is asked for, in one request. */
import { reactive } from 'vue'
import { get } from '../api/client'

const names = reactive(new Map<number, string>())
const wanted = new Map<number, Set<number>>()
let timer = 0

export function learn(id: number, name: string | null | undefined): void {
	if (name && names.get(id) !== name)
		names.set(id, name)
}

async function fetchNames(): Promise<void> {
	const asked = [...wanted]
	wanted.clear()
	for (const [group, ids] of asked)
		try {
			const got = await get<{ names: { id: number; name: string }[] }>(`/groups/${group}/names`, { ids: [...ids].slice(0, 200).join(',') })
			for (const { id, name } of got.names)
				learn(id, name)
		} catch { /* asked again when it is next drawn */ }
}

export function nameOf(group: number, id: number, fallback = ''): string {
	const name = names.get(id)
	if (name)
		return name
	if (!fallback) {
		if (!wanted.has(group))
			wanted.set(group, new Set())
		wanted.get(group)!.add(id)
		clearTimeout(timer)
		timer = window.setTimeout(() => void fetchNames(), 60)
	}
	return fallback
}

export const forgetNames = () => names.clear()
