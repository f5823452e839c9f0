/*
 * A long press: 450 ms, and 10 px of movement cancels it. The same act is always to be had by right click, the menu key
 * and a button; this only adds the finger's way. Use: v-on="longPress(open)".
 */
const HOLD_MS = 450
const MOVED_PX = 10

export interface PressAt { x: number; y: number; target: HTMLElement }

/* The finger that opened a menu lifts over what lies there by then; that is no press. The next one is. */
function swallowLift(): void {
	const swallow = (event: Event) => {
		event.preventDefault()
		event.stopPropagation()
	}
	const end = () => {
		removeEventListener('click', swallow, true)
		removeEventListener('pointerdown', end, true)
	}
	addEventListener('click', swallow, true)
	addEventListener('pointerdown', end, true)
	addEventListener('pointerup', () => setTimeout(end, 400), { capture: true, once: true })
}

export function longPress(open: (at: PressAt) => void) {
	let timer = 0
	let x = 0, y = 0
	let fired = false
	const stop = () => clearTimeout(timer)
	return {
		pointerdown(event: PointerEvent) {
			fired = false
			if (event.pointerType === 'mouse' || !event.isPrimary)
				return
			x = event.clientX
			y = event.clientY
			const target = event.currentTarget as HTMLElement
			stop()
			timer = window.setTimeout(() => {
				fired = true
				swallowLift()
				navigator.vibrate?.(10)
				open({ x, y, target })
			}, HOLD_MS)
		},
		pointermove(event: PointerEvent) {
			if (Math.hypot(event.clientX - x, event.clientY - y) > MOVED_PX)
				stop()
		},
		pointerup: stop,
		pointercancel: stop,
		contextmenu(event: MouseEvent) {
			event.preventDefault()
			stop()
			if (!fired)
				open({ x: event.clientX, y: event.clientY, target: event.currentTarget as HTMLElement })
		},
	}
}
