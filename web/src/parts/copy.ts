/* Copying, also where the page is not on https and the clipboard is closed to it. */
import { wCommon } from '../words/common'
import { snack } from './snack'

export async function copy(text: string): Promise<boolean> {
	let done = false
	try {
		await navigator.clipboard.writeText(text)
		done = true
	} catch {
		const box = document.createElement('textarea')
		box.value = text
		box.setAttribute('readonly', '')
		box.className = 'sr'
		document.body.append(box)
		box.select()
		try {
			done = document.execCommand('copy')
		} catch { /* said below */ }
		box.remove()
	}
	snack(wCommon(done ? 'copied' : 'copyByHand'))
	return done
}
