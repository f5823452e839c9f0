/*
 * Reading something for a page: what came, what was refused, whether one is waiting. LoadState.vue draws the last two.
 * Promises: a newer reading wins over an older one; what was there stays while it is read again.
 */
import { onScopeDispose, ref, shallowRef } from 'vue'
import { Problem, wordsOf } from '../../api/client'

export interface Refusal { slug: string; words: string }

export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>) {
	const data = shallowRef<T | null>(null)
	const refusal = ref<Refusal | null>(null)
	const loading = ref(false)
	let current: AbortController | null = null

	async function load(): Promise<void> {
		current?.abort()
		const mine = current = new AbortController()
		loading.value = true
		try {
			const got = await read(mine.signal)
			if (mine !== current)
				return
			data.value = got
			refusal.value = null
		} catch (why) {
			if (mine !== current)
				return
			if (!(why instanceof Problem))
				console.error(why)
			refusal.value = { slug: why instanceof Problem ? why.slug : 'busy', words: wordsOf(why) }
		}
		loading.value = false
	}
	/* For another group or person on the same page: nothing of the one before may be seen. */
	function reload(): Promise<void> {
		data.value = null
		refusal.value = null
		return load()
	}
	onScopeDispose(() => {
		current?.abort()
		current = null
	})
	void load()
	return { data, refusal, loading, load, reload }
}
