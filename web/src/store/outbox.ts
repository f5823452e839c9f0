/*
 * What I sent and the server has not confirmed. Each has an id of its own, written to the disk before anything is sent, so
 * that sending again is harmless; one after another within a group. No network: it waits. Refused: it stays in its place
 * with the reason, until tapped or thrown away.
 */
import { computed, reactive, watch } from 'vue'
import { post, Problem } from '../api/client'
import type { LiveEvent, Picture, Reply } from '../api/types'
import { bodyOf, listen } from '../live/feed'
import { erase, readAll, write } from './db'
import { openLog } from './log'
import { net } from './net'
import { me } from './session'

export interface Sending {
	id: string
	group: number
	order: number
	at: number
	text: string
	reply: Reply | null
	mentions: number[]
	all: boolean
	blob: Blob | null
	width: number
	height: number
	uploaded: Picture | null
	state: 'waiting' | 'sending' | 'refused'
	why: string
	number: number
}

export const outbox = reactive(new Map<string, Sending>())

export const outboxOf = (group: number) => computed(() => [...outbox.values()].filter(item => item.group === group)
	.sort((a, b) => a.order - b.order))

/* crypto.randomUUID is missing where the page is not on https. */
export function newId(): string {
	return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}

const plain = (item: Sending) => ({ ...item, reply: item.reply ? { ...item.reply } : null, mentions: [...item.mentions],
	uploaded: item.uploaded ? { ...item.uploaded } : null, state: item.state === 'sending' ? 'waiting' : item.state })

let last = 0

export type NewMessage = Pick<Sending, 'group' | 'text' | 'reply' | 'mentions' | 'all'> & Partial<Pick<Sending, 'blob' | 'width' | 'height'>>

/* Not on the disk yet, so not sent either; nor is what came after it. */
const unwritten = new Set<string>()

/* In the outbox at once, in the order of the calls; resolves when it is safely queued. */
export async function send(what: NewMessage): Promise<void> {
	last = Math.max(last + 1, Date.now())
	const item: Sending = { blob: null, width: 0, height: 0, uploaded: null, ...what, id: newId(), order: last, at: Date.now(),
		state: 'waiting', why: '', number: 0 }
	outbox.set(item.id, item)
	unwritten.add(item.id)
	try {
		await write('outbox', item.id, plain(item))
	} catch (why) {
		outbox.delete(item.id)
		throw why
	} finally {
		unwritten.delete(item.id)
		void pump(item.group)
	}
}

async function done(item: Sending, number: number): Promise<void> {
	const log = openLog(item.group)
	log.ids.set(number, item.id)
	item.number = number
	await erase('outbox', item.id)
	/* Shown until the feed brings the message itself; where it already did, or never will, it goes now. */
	if (log.messages.some(m => m.number === number) || log.moreAfter || !net.live)
		outbox.delete(item.id)
}

const busy = new Set<number>()
const again = new Map<number, number>()

async function sendOne(item: Sending): Promise<void> {
	if (item.blob && !item.uploaded) {
		item.uploaded = await post<Picture>(`/groups/${item.group}/pictures`, undefined, { raw: item.blob })
		await write('outbox', item.id, plain(item))
	}
	const body: Record<string, unknown> = { id: item.id }
	if (item.text)
		body.text = item.text
	if (item.reply)
		body.reply = item.reply.number
	if (item.mentions.length)
		body.mentions = item.mentions
	if (item.all)
		body.all = true
	if (item.uploaded)
		body.picture = item.uploaded.id
	const { number } = await post<{ number: number }>(`/groups/${item.group}/messages`, body)
	await done(item, number)
}

const PAUSE_MS = 3000

async function pump(group: number): Promise<void> {
	clearTimeout(again.get(group))
	if (busy.has(group))
		return
	busy.add(group)
	try {
		for (;;) {
			const item = outboxOf(group).value.find(one => one.state === 'waiting' && !one.number)
			if (!item || unwritten.has(item.id) || !net.online)
				return
			item.state = 'sending'
			try {
				await sendOne(item)
			} catch (why) {
				const problem = why instanceof Problem ? why : null
				if (!problem || problem.status === 0 || problem.status === 429 || problem.status >= 500) {
					item.state = 'waiting'
					const pause = problem?.status === 429 ? Number(problem.more.retry_after_s ?? 1) * 1000 : PAUSE_MS
					again.set(group, window.setTimeout(() => void pump(group), pause))
					return
				}
				item.state = 'refused'
				item.why = problem.detail
				await write('outbox', item.id, plain(item))
			}
		}
	} finally {
		busy.delete(group)
	}
}

export async function resend(id: string): Promise<void> {
	const item = outbox.get(id)
	if (!item || item.state !== 'refused')
		return
	item.state = 'waiting'
	item.why = ''
	await write('outbox', id, plain(item))
	await pump(item.group)
}

export async function throwAway(id: string): Promise<void> {
	outbox.delete(id)
	await erase('outbox', id)
}

function pumpAll(): void {
	for (const group of new Set([...outbox.values()].map(item => item.group)))
		void pump(group)
}

watch(() => [net.online, net.live], ([online, live]) => (online || live) && pumpAll())

/* My own message came back before its answer did: it is the oldest one under way that says the same. */
function meet(event: LiveEvent): void {
	const [group, number, author] = event, body = bodyOf(event)
	if (author !== me.value?.id || (body.text === undefined && !body.picture))
		return
	for (const item of outboxOf(group).value) {
		if (item.number === number || (!item.number && item.state === 'sending' && item.text === (body.text ?? '')
			&& (item.uploaded?.id ?? 0) === (body.picture?.id ?? 0))) {
			openLog(group).ids.set(number, item.id)
			item.number = number
			outbox.delete(item.id)
			void erase('outbox', item.id)
			return
		}
	}
}

listen(meet)

export async function loadOutbox(): Promise<void> {
	for (const item of await readAll<Sending>('outbox'))
		if (!outbox.has(item.id)) {
			outbox.set(item.id, { ...item, state: item.state === 'sending' ? 'waiting' : item.state })
			last = Math.max(last, item.order)
		}
	pumpAll()
}

export const forgetOutbox = () => outbox.clear()
