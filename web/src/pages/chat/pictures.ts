/* Pictures on their way: what may be sent, how large it is, and how large it is drawn in a bubble. */
import { say } from '../../api/client'
import { snack } from '../../parts/snack'
import { bytes } from '../../words'
import { wChat } from '../../words/chat'

const BYTES_MAX = 20 * 1024 * 1024
const TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif']
export const ACCEPT = TYPES.join(',')

export interface Chosen { blob: Blob; width: number; height: number; key: number }

let next = 1

export async function choose(files: Iterable<File>): Promise<Chosen[]> {
	const out: Chosen[] = []
	for (const file of files) {
		if (!TYPES.includes(file.type)) {
			snack(wChat('notPicture'))
			continue
		}
		if (file.size > BYTES_MAX) {
			snack(wChat('tooBig', { size: bytes(file.size) }))
			continue
		}
		try {
			const image = await createImageBitmap(file)
			/* A copy: the file on the disk may be gone by the time the network is back. */
			out.push({ blob: new Blob([await file.arrayBuffer()], { type: file.type }), width: image.width, height: image.height, key: next++ })
			image.close()
		} catch (why) {
			if (why instanceof DOMException)
				snack(wChat('notPicture'))
			else
				say(why)
		}
	}
	return out
}

const WIDE = 240, HIGH = 280, LEAST = 72

/* The box a picture has in the chat, known before it loads. */
export function boxOf(width: number, height: number, most = WIDE): { width: number; height: number } {
	const scale = Math.min(1, most / width, HIGH / height)
	return { width: Math.max(LEAST, Math.round(width * scale)), height: Math.max(48, Math.round(height * scale)) }
}
