/* Which rows of a long list of equal heights are worth drawing: those in sight and a few around. */
import { computed, onMounted, onUnmounted, ref, type Ref } from 'vue'

const AROUND = 8

export function useRows(scroller: Ref<HTMLElement | null>, count: () => number, height: () => number) {
	const top = ref(0), seen = ref(800)
	const measure = () => {
		if (scroller.value) {
			top.value = scroller.value.scrollTop
			seen.value = scroller.value.clientHeight || 800
		}
	}
	let watcher: ResizeObserver | null = null
	onMounted(() => {
		scroller.value?.addEventListener('scroll', measure, { passive: true })
		watcher = new ResizeObserver(measure)
		if (scroller.value)
			watcher.observe(scroller.value)
	})
	onUnmounted(() => watcher?.disconnect())
	const first = computed(() => Math.max(0, Math.min(count() - 1, Math.floor(top.value / height())) - AROUND))
	const last = computed(() => Math.min(count(), Math.ceil((top.value + seen.value) / height()) + AROUND))
	return { first, last, before: computed(() => first.value * height()), whole: computed(() => count() * height()) }
}
