/*
 * What this device knows of red packets: from the chat's messages, live events, lists and answers, whichever is newest. A
 * packet only ever goes on (more taken, then over), so it does not matter in which order these come. Whether a share is mine
 * is said only to me: it is asked for, a page at a time, by whoever draws a card (`know`).
 * Not here: asking for a share (grabs.ts), sending (sends.ts), the words.
 */
import { reactive, watch } from 'vue'
import { get } from '../api/client'
import type { EventBody, Grabbed, Message, Packet, Returned } from '../api/types'
import { bodyOf, listen } from '../live/feed'
import { read, write } from './db'
import { net } from './net'
import { learn } from './people'
import { me } from './session'

export const packets = reactive(new Map<number, Packet>())

/* Of packets not met yet: what happened to them since. */
const heard = new Map<number, Partial<Packet>>()
const KEPT_MAX = 300

export interface PacketNews { group: number; packet: number; sent?: Packet; grabbed?: Grabbed; returned?: Returned; dissolved?: boolean }
const hearers = new Set<(news: PacketNews) => void>()
/* For pages: what the feed brings. Answers what stops listening. */
export function onPacket(each: (news: PacketNews) => void): () => void {
	hearers.add(each)
	return () => hearers.delete(each)
}

let keeping = 0
function keep(): void {
	clearTimeout(keeping)
	keeping = window.setTimeout(() => {
		const newest = [...packets.values()].sort((a, b) => b.id - a.id).slice(0, KEPT_MAX)
		void write('kv', 'packets', JSON.parse(JSON.stringify(newest)))
	}, 500)
}

const goesOn = (now: Partial<Packet>, had: Packet) => (now.taken ?? 0) >= had.taken && (had.state === 'open' || now.state !== 'open')

function merge(had: Packet, now: Partial<Packet>): void {
	const mine = had.mine ?? now.mine ?? (had.mine === undefined ? now.mine : had.mine)
	if (goesOn(now, had))
		for (const [name, value] of Object.entries(now))
			if (value !== undefined)
				(had as unknown as Record<string, unknown>)[name] = value
	if (now.for_me !== undefined)
		had.for_me = now.for_me
	had.mine = mine
}

/* Take what somebody told of a packet; answers the one that everybody shares. */
export function meet(packet: Packet): Packet {
	learn(packet.sender, packet.sender_name)
	const had = packets.get(packet.id)
	if (had) {
		merge(had, packet)
	} else {
		packets.set(packet.id, { ...packet })
		const since = heard.get(packet.id)
		if (since) {
			heard.delete(packet.id)
			merge(packets.get(packet.id)!, since)
		}
	}
	keep()
	return packets.get(packet.id)!
}

function hear(id: number, now: Partial<Packet>): void {
	const had = packets.get(id)
	if (had) {
		merge(had, now)
		keep()
	} else {
		const before = heard.get(id)
		heard.set(id, { ...before, ...((now.taken ?? 0) >= (before?.taken ?? 0) ? now : {}), mine: now.mine ?? before?.mine })
	}
}

/* An event of a group's, live or out of the chat's past. */
export function take(body: EventBody): void {
	if (body.packet)
		meet(body.packet)
	if (body.grabbed) {
		const { packet, state, taken, taken_sum, grabs } = body.grabbed
		for (const [account, name] of grabs)
			learn(account, name)
		const my = grabs.find(([account]) => account === me.value?.id)
		hear(packet, { state, taken, taken_sum, mine: my ? { amount: my[3], place: my[2] } : undefined })
	}
	if (body.returned) {
		const { packet, state, taken, taken_sum, returned } = body.returned
		hear(packet, { state, taken, taken_sum, returned })
	}
}

/* A packet among the messages is drawn as its own kind, whichever way it was told. */
export function takeMessage(message: Message & { packet?: Packet }): void {
	const packet = message.packet ?? message.event?.packet
	if (packet) {
		message.kind = 'packet'
		message.event = { packet }
		message.text = packet.message
	}
	if (message.event)
		take(message.event)
}

listen(event => {
	const body = bodyOf(event), [group] = event
	const packet = body.packet?.id ?? body.grabbed?.packet ?? body.returned?.packet
	take(body)
	/* All that follows is heard too: until then I have no share of it. */
	if (body.packet)
		meet({ ...body.packet, mine: body.packet.mine ?? null })
	if (packet || body.dissolved)
		for (const each of [...hearers])
			each({ group, packet: packet ?? 0, sent: body.packet, grabbed: body.grabbed, returned: body.returned, dissolved: body.dissolved })
})

/* --- whether a share is mine --- */
const PAGE = 50
const PAGES_MAX = 4
const wanted = new Map<number, Set<number>>()
const asked = new Set<number>()
let timer = 0

async function askPages(group: number, ids: Set<number>): Promise<void> {
	/* Pages begin below a packet: the nearest one known above those that are asked for, or at the newest. */
	const newest = Math.max(...ids)
	const above = [...packets.values()].filter(packet => packet.group === group && packet.id > newest).map(packet => packet.id)
	let before = above.length ? Math.min(...above) : undefined
	for (let page = 0; page < PAGES_MAX && ids.size; page++) {
		const got = await get<{ packets: Packet[]; more: boolean }>(`/groups/${group}/packets`, { before, limit: PAGE })
		for (const packet of got.packets) {
			meet(packet)
			ids.delete(packet.id)
		}
		if (!got.more || !got.packets.length)
			return
		before = Math.min(...got.packets.map(packet => packet.id))
	}
}

async function flush(): Promise<void> {
	for (const [group, ids] of [...wanted]) {
		wanted.delete(group)
		try {
			await askPages(group, ids)
		} catch {
			ids.forEach(id => asked.delete(id))
			/* Asked again when the network is back or the card is drawn anew. */
			wanted.set(group, ids)
		}
	}
}

export function know(packet: Packet): void {
	if (packet.mine !== undefined || asked.has(packet.id))
		return
	asked.add(packet.id)
	if (!wanted.has(packet.group))
		wanted.set(packet.group, new Set())
	wanted.get(packet.group)!.add(packet.id)
	clearTimeout(timer)
	timer = window.setTimeout(() => void flush(), 60)
}

watch(() => net.live, live => live && wanted.size && void flush())

/* One packet anew, after an answer that says it is not as it stands here. */
export async function refresh(group: number, id: number): Promise<Packet> {
	return meet((await get<{ packet: Packet }>(`/groups/${group}/packets/${id}`)).packet)
}

/* --- what it is to me --- */
export type PacketState = 'open' | 'mine' | 'gone' | 'over' | 'not_for_you'

export const forMe = (packet: Packet) => packet.for_me ?? (!packet.named || !packet.for || packet.for.includes(me.value?.id ?? -1))

export function stateOf(packet: Packet, now = net.now): PacketState {
	if (packet.mine)
		return 'mine'
	if (packet.state === 'taken' || packet.taken >= packet.shares)
		return 'gone'
	if (packet.state !== 'open' || Date.parse(packet.expires_at) <= now)
		return 'over'
	return forMe(packet) ? 'open' : 'not_for_you'
}

export async function loadPackets(): Promise<void> {
	for (const packet of await read<Packet[]>('kv', 'packets') ?? [])
		meet(packet)
}

export function forgetPackets(): void {
	clearTimeout(keeping)
	packets.clear()
	heard.clear()
	wanted.clear()
	asked.clear()
}
