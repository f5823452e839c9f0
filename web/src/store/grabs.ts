/*
 * Asking for a share. The server decides, and answers the same to every repeat; so what got no answer is asked again by
 * itself until there is one. Nothing is shown as taken before that. Used by the popup, the packet's page and large type.
 */
import { reactive, watch } from 'vue'
import { post, Problem, wordsOf } from '../api/client'
import type { Outcome, Packet } from '../api/types'
import { meet, refresh } from './packets'
import { net } from './net'

/* kept: no network, nothing was asked · asking: the first time · again: no answer came yet */
export interface Grabbing { state: 'kept' | 'asking' | 'again' | 'done' | 'refused'; outcome: Outcome | null; why: string; slug: string }

export const grabbing = reactive(new Map<number, Grabbing>())

const PAUSE_MS = 2000
/* Longer than this no answer is waited for: it is asked again. */
const ANSWER_MS = 8000
const waits = new Map<number, () => void>()

function pause(id: number, ms: number): Promise<void> {
	return new Promise(done => {
		const timer = setTimeout(end, ms)
		function end(): void {
			clearTimeout(timer)
			waits.delete(id)
			done()
		}
		waits.set(id, end)
	})
}

watch(() => [net.online, net.live], ([online, live]) => {
	if (online || live)
		for (const end of [...waits.values()])
			end()
})

function learnFrom(packet: Packet, outcome: Outcome): void {
	if (outcome.outcome === 'got')
		meet({ ...packet, taken: Math.max(packet.taken, 1), mine: { amount: outcome.amount, place: outcome.place } })
	else
		void refresh(packet.group, packet.id).catch(() => {})
}

async function askUntilAnswered(packet: Packet, now: Grabbing): Promise<void> {
	for (;;) {
		try {
			now.outcome = await post<Outcome>(`/groups/${packet.group}/packets/${packet.id}/grab`, undefined, { signal: AbortSignal.timeout(ANSWER_MS) })
			now.state = 'done'
			learnFrom(packet, now.outcome)
			return
		} catch (why) {
			const problem = why instanceof Problem ? why : null
			if (problem && problem.status !== 0 && problem.status !== 429 && problem.status < 500) {
				Object.assign(now, { state: 'refused', why: wordsOf(why), slug: problem.slug })
				return
			}
			if (!problem && !(why instanceof DOMException))
				console.error(why)
			now.state = 'again'
			await pause(packet.id, problem?.status === 429 ? Number(problem.more.retry_after_s ?? 1) * 1000 : PAUSE_MS)
			/* Without a network there is nobody to ask; the network's return ends the pause. */
			while (!net.online)
				await pause(packet.id, 60_000)
			if (!grabbing.has(packet.id))
				return
		}
	}
}

export function grab(packet: Packet): Grabbing {
	const had = grabbing.get(packet.id)
	if (had && had.state !== 'kept' && had.state !== 'refused')
		return had
	grabbing.set(packet.id, { state: net.online ? 'asking' : 'kept', outcome: null, why: '', slug: '' })
	const now = grabbing.get(packet.id)!
	if (net.online)
		void askUntilAnswered({ ...packet }, now)
	return now
}

/* What was said of a grab that did not come about is forgotten when one looks elsewhere. */
export function letGo(id: number): void {
	const had = grabbing.get(id)
	if (had && (had.state === 'kept' || had.state === 'refused'))
		grabbing.delete(id)
}

export const forgetGrabs = () => grabbing.clear()
