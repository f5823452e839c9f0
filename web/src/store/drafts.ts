/* What I was about to say, per group, with what it answers: kept on this device as I type, gone when it is safely queued. */
import { reactive, toRaw } from 'vue'
import type { Reply } from '../api/types'
import { erase, readKeyed, write } from './db'

export interface Draft { text: string; reply: Reply | null }

export const drafts = reactive(new Map<number, Draft>())
const unsaved = new Set<number>()
let timer = 0

/* What was taken out of a draft to be sent stays on the disk until this is over. */
let queueing: Promise<unknown> = Promise.resolve()
export const keepUntil = (queued: Promise<unknown>) => void (queueing = Promise.allSettled([queueing, queued]))

async function save(): Promise<void> {
	clearTimeout(timer)
	await queueing
	for (const group of [...unsaved]) {
		unsaved.delete(group)
		const draft = drafts.get(group)
		if (draft)
			await write('drafts', group, { text: draft.text, reply: draft.reply ? { ...toRaw(draft.reply) } : null })
		else
			await erase('drafts', group)
	}
}

export function setDraft(group: number, text: string, reply: Reply | null): void {
	if (text || reply)
		drafts.set(group, { text, reply })
	else if (!drafts.delete(group))
		return
	unsaved.add(group)
	clearTimeout(timer)
	timer = window.setTimeout(() => void save(), 250)
}

addEventListener('pagehide', () => void save())
document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && void save())

export async function loadDrafts(): Promise<void> {
	for (const [group, draft] of await readKeyed<Draft>('drafts'))
		if (!drafts.has(Number(group)))
			drafts.set(Number(group), draft)
}

export function forgetDrafts(): void {
	clearTimeout(timer)
	unsaved.clear()
	drafts.clear()
}
