/*
 * Keys that hold everywhere: Enter and Space click what Vant draws as a role without hearing keys; Esc closes the topmost
 * layer; F6 walks the panes. What belongs to one page (Ctrl+K, Alt+arrows, arrows in a list) is registered by that page.
 */
import { closeTop } from './layers'

const CLICKED = new Set(['button', 'switch', 'tab', 'radio', 'checkbox', 'menuitem'])

function pressRole(event: KeyboardEvent): void {
	const at = event.target as HTMLElement
	if (event.key !== 'Enter' && event.key !== ' ')
		return
	if (/^(BUTTON|A|INPUT|TEXTAREA|SELECT|SUMMARY)$/.test(at.tagName) || at.isContentEditable || !CLICKED.has(at.getAttribute('role') ?? ''))
		return
	event.preventDefault()
	at.click()
}

function walkPanes(event: KeyboardEvent): void {
	const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter(pane => pane.offsetParent !== null || pane.offsetWidth)
	if (!panes.length)
		return
	event.preventDefault()
	const now = panes.findIndex(pane => pane.contains(document.activeElement))
	const next = panes[(now + (event.shiftKey ? -1 : 1) + panes.length) % panes.length]
	const inside = next.querySelector<HTMLElement>('[data-first], [tabindex="0"], a[href], button:not(:disabled), textarea, input')
	;(inside ?? next).focus()
}

export const inField = (event: KeyboardEvent) => {
	const at = event.target as HTMLElement
	return /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable
}

/* Enter or Esc in the middle of pinyin belongs to the input method. */
export const composing = (event: KeyboardEvent) => event.isComposing || event.keyCode === 229

export function installKeys(): void {
	addEventListener('keydown', event => {
		if (event.defaultPrevented || composing(event))
			return
		if (event.key === 'Escape' && closeTop()) {
			event.preventDefault()
			return
		}
		if (event.key === 'F6')
			return walkPanes(event)
		pressRole(event)
	})
}
