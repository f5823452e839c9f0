/*
 * Packets that I sent and of which the server has not said yes or no. Each is on the disk, with its id and both halves of the
 * promise, before anything is sent; the server makes one packet of one id however often it is asked. So what got no answer is
 * asked again by itself, also after a reload. When the promise moved on (another device of mine sent one), the fresh one is
 * taken with a fresh random number, under the same id. A refusal means that nothing was sent: it stays until it is read.
 */
import { computed, reactive, watch } from 'vue'
import { post, Problem, wordsOf } from '../api/client'
import { read, write } from './db'
import { net } from './net'
import { newId } from './outbox'

export interface PacketForm { group: number; kind: 'lucky' | 'equal'; sum: number; shares: number; message: string; for: number[]; currency: string }

export interface PacketSending extends PacketForm {
	id: string
	commitment: string
	nonce: string
	at: number
	state: 'sending' | 'unsure' | 'refused' | 'sent'
	why: string
	slug: string
	field: string
	more: Record<string, unknown>
	packet: number
}

/* What this device wrote down of a packet it sent, to compare with what is shown of it later. */
export interface SentNote { id: string; commitment: string; nonce: string }

export const sends = reactive(new Map<string, PacketSending>())
export const sendsOf = (group: number) => computed(() => [...sends.values()].filter(item => item.group === group && item.state !== 'sent'))

const PAUSE_MS = 3000
/* Longer than this no answer is waited for: it is asked again. */
const ANSWER_MS = 10_000
const PROMISES_MAX = 20
const NOTES_MAX = 200

const plain = () => JSON.parse(JSON.stringify([...sends.values()].filter(item => item.state !== 'sent'))) as PacketSending[]
/* One after another, so that an older list never overwrites a newer. */
let writing: Promise<void> = Promise.resolve()
function save(): Promise<void> {
	const now = plain()
	writing = writing.then(() => write('kv', 'packet-sends', now))
	return writing
}

async function note(item: PacketSending): Promise<void> {
	const notes = (await read<SentNote[]>('kv', 'packet-notes') ?? []).filter(one => one.id !== item.id)
	notes.push({ id: item.id, commitment: item.commitment, nonce: item.nonce })
	await write('kv', 'packet-notes', notes.slice(-NOTES_MAX))
}

export const noteOf = async (id: string) => (await read<SentNote[]>('kv', 'packet-notes') ?? []).find(one => one.id === id)

export function newNonce(): string {
	return Array.from(crypto.getRandomValues(new Uint8Array(32)), byte => byte.toString(16).padStart(2, '0')).join('')
}

const busy = new Set<string>()
const again = new Map<string, number>()

async function sendOne(item: PacketSending): Promise<void> {
	for (let tries = 0; ; tries++)
		try {
			const { packet } = await post<{ packet: number }>(`/groups/${item.group}/packets`, { id: item.id, kind: item.kind, sum: item.sum,
				shares: item.shares, message: item.message, for: [...item.for], commitment: item.commitment, nonce: item.nonce },
				{ signal: AbortSignal.timeout(ANSWER_MS) })
			item.packet = packet
			return
		} catch (why) {
			if (!(why instanceof Problem) || why.slug !== 'promise-changed' || typeof why.more.commitment !== 'string' || tries === PROMISES_MAX)
				throw why
			item.commitment = why.more.commitment
			item.nonce = newNonce()
			await save()
		}
}

async function pump(id: string): Promise<void> {
	clearTimeout(again.get(id))
	const item = sends.get(id)
	if (!item || busy.has(id) || item.state === 'refused' || item.state === 'sent' || !net.online)
		return
	busy.add(id)
	try {
		await sendOne(item)
		item.state = 'sent'
		await note(item)
		await save()
	} catch (why) {
		const problem = why instanceof Problem ? why : null
		if (!problem || problem.status === 0 || problem.status === 429 || problem.status >= 500) {
			if (!problem && !(why instanceof DOMException))
				console.error(why)
			item.state = 'unsure'
			const pause = problem?.status === 429 ? Number(problem.more.retry_after_s ?? 1) * 1000 : PAUSE_MS
			again.set(id, window.setTimeout(() => void pump(id), pause))
		} else {
			Object.assign(item, { state: 'refused', why: wordsOf(why), slug: problem.slug, field: problem.field ?? '', more: problem.more })
		}
		await save()
	} finally {
		busy.delete(id)
	}
}

/* Resolves when it is on the disk; how it went is then in the item. */
export async function sendPacket(form: PacketForm, commitment: string): Promise<PacketSending> {
	const id = newId()
	sends.set(id, { ...form, id, commitment, nonce: newNonce(), at: Date.now(), state: 'sending', why: '', slug: '', field: '', more: {}, packet: 0 })
	try {
		await save()
	} catch (why) {
		sends.delete(id)
		throw why
	}
	void pump(id)
	return sends.get(id)!
}

/* A refusal was read, or what was sent stands in the chat. */
export async function forgetSend(id: string): Promise<void> {
	const item = sends.get(id)
	if (item?.state === 'refused' || item?.state === 'sent') {
		sends.delete(id)
		await save()
	}
}

const pumpAll = () => [...sends.keys()].forEach(id => void pump(id))
watch(() => [net.online, net.live], ([online, live]) => (online || live) && pumpAll())

export async function loadSends(): Promise<void> {
	for (const item of await read<PacketSending[]>('kv', 'packet-sends') ?? [])
		if (!sends.has(item.id))
			sends.set(item.id, { ...item, state: item.state === 'refused' ? 'refused' : 'unsure' })
	pumpAll()
}

export function forgetSends(): void {
	again.forEach(timer => clearTimeout(timer))
	sends.clear()
}
