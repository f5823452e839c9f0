/*
 * What of a log is drawn and where the reader stands in it. At most 200 rows are drawn; the scroller hangs on its lower
 * end (column-reverse), and whatever changes, the topmost visible row keeps its place: it is remembered before the page
 * changes and put back by its measured distance after. At the end one stays at the end.
 */
import { computed, nextTick, onMounted, onUnmounted, ref, watch, type Ref } from 'vue'
import { loadAfter, loadAround, loadBefore, loadLatest, type Log } from '../../store/log'
import type { Row } from './rows'

const ROWS_MAX = 200
const STEP = 50
const END_PX = 24

interface Anchor { key: string; top: number }
export interface Place { anchor: Anchor; number: number }

const places = new Map<number, Place>()

export function useView(log: Log, rows: Ref<Row[]>, scroller: Ref<HTMLElement | null>) {
	const size = ref(80), hidden = ref(0)
	const atEnd = ref(true)
	const busy = ref<'' | 'before' | 'after'>('')
	const stuck = ref(false)
	const flash = ref('')
	let anchor: Anchor | null = null
	let moving = false

	const shown = computed(() => rows.value.slice(Math.max(0, rows.value.length - hidden.value - size.value), rows.value.length - hidden.value))
	const above = computed(() => rows.value.length - hidden.value - shown.value.length)

	const elements = () => [...scroller.value?.querySelectorAll<HTMLElement>('[data-row]') ?? []]
	const topOf = (element: HTMLElement) => element.getBoundingClientRect().top - scroller.value!.getBoundingClientRect().top
	const find = (key: string) => scroller.value?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`) ?? null

	function remember(): void {
		const all = elements()
		let low = 0, high = all.length - 1
		while (low < high) {
			const middle = (low + high) >> 1
			if (topOf(all[middle]) + all[middle].offsetHeight > 1)
				high = middle
			else
				low = middle + 1
		}
		anchor = all[low] ? { key: all[low].dataset.row!, top: topOf(all[low]) } : null
	}

	function putBack(to: Anchor | null): void {
		const pane = scroller.value
		if (!pane)
			return
		if (atEnd.value && !hidden.value) {
			if (pane.scrollTop !== 0)
				pane.scrollTop = 0
			return
		}
		const element = to && find(to.key)
		if (!to || !element)
			return
		const off = topOf(element) - to.top
		if (Math.abs(off) >= 1)
			pane.scrollTop += off
	}

	/* New rows below a reader make the drawn part longer, never push out what he reads. */
	watch(rows, (now, old) => {
		const last = old[old.length - 1], first = old[0]
		let added = 0
		if (last) {
			let at = now.length - 1
			while (at >= 0 && now[at].key !== last.key)
				at--
			added = at < 0 ? 0 : now.length - 1 - at
		}
		if (added > 0 && !(atEnd.value && !hidden.value)) {
			if (hidden.value)
				hidden.value += added
			else if (size.value + added > ROWS_MAX)
				hidden.value += added
			else
				size.value += added
		}
		void first
	}, { flush: 'sync' })

	let before: Anchor | null = null
	watch(shown, () => {
		if (!moving) {
			remember()
			before = anchor
		}
	}, { flush: 'pre' })
	watch(shown, () => {
		if (!moving)
			putBack(before)
		measure()
	}, { flush: 'post' })

	function drawOlder(): void {
		size.value += STEP
		if (size.value > ROWS_MAX) {
			hidden.value += size.value - ROWS_MAX
			size.value = ROWS_MAX
		}
	}

	async function more(way: 'before' | 'after'): Promise<void> {
		if (busy.value)
			return
		busy.value = way
		stuck.value = false
		try {
			const got = await (way === 'before' ? loadBefore(log) : loadAfter(log))
			if (got && way === 'before')
				drawOlder()
			await nextTick()
		} catch {
			stuck.value = true
		} finally {
			busy.value = ''
		}
	}

	let frame = 0
	function measure(): void {
		const pane = scroller.value
		if (!pane || moving)
			return
		const below = -pane.scrollTop, height = pane.clientHeight
		const over = pane.scrollHeight - height - below
		atEnd.value = below < END_PX && !hidden.value && !log.moreAfter
		if (!atEnd.value)
			remember()
		if (over < height * 1.5) {
			if (above.value > 0)
				drawOlder()
			else if ((log.moreBefore || log.moreHistory) && log.ready && !stuck.value && log.messages.length + log.history.length)
				void more('before')
		}
		if (below < height) {
			if (hidden.value)
				hidden.value = Math.max(0, hidden.value - STEP)
			else if (log.moreAfter)
				void more('after')
		}
		onSeen()
	}

	function onScroll(): void {
		cancelAnimationFrame(frame)
		frame = requestAnimationFrame(measure)
	}

	let seenNow: (number: number) => void = () => {}
	/* The newest number that was really on the screen of a page in sight. */
	function onSeen(): void {
		const pane = scroller.value
		if (!pane || document.visibilityState !== 'visible' || !log.ready)
			return
		const bottom = pane.getBoundingClientRect().bottom + 2
		const all = elements()
		for (let at = all.length - 1; at >= 0; at--) {
			const number = Number(all[at].dataset.number)
			const box = all[at].getBoundingClientRect()
			if (number && (box.bottom <= bottom || box.top < bottom - pane.clientHeight / 2))
				return seenNow(number)
		}
	}

	let watcher: ResizeObserver | null = null
	onMounted(() => {
		const pane = scroller.value!
		pane.addEventListener('scroll', onScroll, { passive: true })
		watcher = new ResizeObserver(() => {
			if (!moving)
				putBack(anchor)
			onSeen()
		})
		watcher.observe(pane)
		if (pane.firstElementChild)
			watcher.observe(pane.firstElementChild)
		document.addEventListener('visibilitychange', onSeen)
	})
	onUnmounted(() => {
		watcher?.disconnect()
		cancelAnimationFrame(frame)
		document.removeEventListener('visibilitychange', onSeen)
	})

	function place(): Place | null {
		if (atEnd.value)
			return null
		remember()
		const row = anchor && rows.value.find(one => one.key === anchor!.key)
		return anchor && row ? { anchor, number: row.number } : null
	}

	/* Draw the part around a row and put that row at `top` pixels from the upper edge. */
	async function goTo(number: number, top?: number, light = false, key?: string): Promise<boolean> {
		const at = () => rows.value.findIndex(row => key ? row.key === key : number > 0 && row.number >= number)
		if (at() < 0 || (!key && number < (log.messages[0]?.number ?? 0))) {
			if (!number)
				return false
			await loadAround(log, number)
		}
		const index = at()
		if (index < 0)
			return false
		moving = true
		hidden.value = Math.max(0, rows.value.length - index - 60)
		size.value = 120
		atEnd.value = false
		await nextTick()
		const pane = scroller.value, element = find(rows.value[index].key)
		if (pane && element) {
			pane.scrollTop += topOf(element) - (top ?? pane.clientHeight * 0.25)
			if (light) {
				flash.value = rows.value[index].key
				setTimeout(() => flash.value = '', 1600)
			}
		}
		remember()
		moving = false
		measure()
		return true
	}

	async function toEnd(): Promise<void> {
		if (log.moreAfter)
			await loadLatest(log)
		moving = true
		hidden.value = 0
		size.value = Math.min(size.value, 80)
		atEnd.value = true
		await nextTick()
		if (scroller.value)
			scroller.value.scrollTop = 0
		moving = false
		measure()
	}

	return {
		shown, atEnd, busy, stuck, flash, above, goTo, toEnd, place, measure, find,
		onSeen: (each: (number: number) => void) => { seenNow = each },
		keepPlace: () => {
			const now = place()
			if (now)
				places.set(log.group, now)
			else
				places.delete(log.group)
		},
		keptPlace: () => places.get(log.group) ?? null,
		retry: () => {
			stuck.value = false
			measure()
		},
	}
}
