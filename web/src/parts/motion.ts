/* Whether things may move for this person: by the system's wish and by /me/look. And a number that counts up for a moment. */
import { onScopeDispose, ref, watch } from 'vue'
import { look } from '../store/look'

const reduced = matchMedia('(prefers-reduced-motion: reduce)')
export const moves = () => look.motion && !reduced.matches

const COUNT_MS = 600

/* Follows `target`, counting up to it at most 600 ms; `skip` is there at once. */
export function useCountUp(target: () => number | null) {
	const shown = ref(0), counting = ref(false)
	let frame = 0
	function skip(): void {
		cancelAnimationFrame(frame)
		shown.value = target() ?? 0
		counting.value = false
	}
	function begin(to: number): void {
		if (!moves() || document.visibilityState !== 'visible')
			return skip()
		counting.value = true
		const from = performance.now()
		const step = (now: number) => {
			const part = Math.min(1, (now - from) / COUNT_MS)
			if (part === 1)
				return skip()
			shown.value = Math.round(to * (1 - (1 - part) ** 3))
			frame = requestAnimationFrame(step)
		}
		frame = requestAnimationFrame(step)
	}
	watch(target, now => now !== null && begin(now), { immediate: true })
	onScopeDispose(() => cancelAnimationFrame(frame))
	return { shown, counting, skip }
}
