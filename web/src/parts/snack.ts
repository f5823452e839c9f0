/* The one line at the foot of the page: what was done, with its Undo, or what did not work. HSnack draws it. */
import { reactive } from 'vue'
import { look } from '../store/look'

export interface SnackAct { label: string; run: () => void }

export const snackNow = reactive<{ text: string; act: SnackAct | null; key: number }>({ text: '', act: null, key: 0 })

const SHOWN_MS = 6000
let timer = 0

/* Six seconds; in large type it stays until touched. A newer line takes the place of an older. */
export function snack(text: string, act?: SnackAct): void {
	snackNow.text = text
	snackNow.act = act ?? null
	snackNow.key++
	clearTimeout(timer)
	if (!look.large)
		timer = window.setTimeout(closeSnack, SHOWN_MS)
}

export function closeSnack(): void {
	clearTimeout(timer)
	snackNow.text = ''
	snackNow.act = null
}
