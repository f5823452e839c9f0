/* Says something aloud in the reader's language, where the browser can. Only after a touch: nothing here speaks by itself. */
import { lang } from '../words'

export const canSpeak = typeof speechSynthesis !== 'undefined' && typeof SpeechSynthesisUtterance !== 'undefined'

export function speak(words: string): void {
	if (!canSpeak || !words)
		return
	speechSynthesis.cancel()
	const said = new SpeechSynthesisUtterance(words)
	said.lang = lang.value === 'zh' ? 'zh-CN' : 'en-GB'
	said.rate = 0.9
	speechSynthesis.speak(said)
}

export const hush = () => canSpeak && speechSynthesis.cancel()
