/* One soft tone, made by the browser, without a file. Only who turned sound on hears it; without a sound card nothing happens. */
import { look } from '../store/look'

const TONES: [hz: number, at_s: number][] = [[659, 0], [988, 0.09]]
const LONG_S = 0.35
let context: AudioContext | null = null

export function tone(): void {
	if (!look.sound || typeof AudioContext === 'undefined')
		return
	try {
		context ??= new AudioContext()
		void context.resume()
		for (const [hz, after] of TONES) {
			const from = context.currentTime + after, source = context.createOscillator(), volume = context.createGain()
			source.type = 'sine'
			source.frequency.value = hz
			volume.gain.setValueAtTime(0, from)
			volume.gain.linearRampToValueAtTime(0.12, from + 0.02)
			volume.gain.exponentialRampToValueAtTime(0.001, from + LONG_S)
			source.connect(volume).connect(context.destination)
			source.start(from)
			source.stop(from + LONG_S)
		}
	} catch { /* silent, then */ }
}
