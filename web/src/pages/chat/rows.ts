/*
 * From messages to rows: one row each, which knows whether a new day begins above it, whether the unread line stands
 * there, and whether it opens a run (one name and face for five minutes of the same person). Pure: drawn by ChatRow.vue.
 */
import type { EventBody, HistoryLine, Message } from '../../api/types'
import type { Sending } from '../../store/outbox'
import { packets } from '../../store/packets'
import { nameOf } from '../../store/people'
import { wChat } from '../../words/chat'
import { money } from '../../words/money'
import { wPackets } from '../../words/packets'

export interface Row {
	key: string
	number: number
	at: number
	author: number
	name: string
	mine: boolean
	/* What stands above: a day with its clock, a line between here and elsewhere, the unread line. */
	day: boolean
	mark: string
	unread: boolean
	head: boolean
	/* Said in small letters in the middle instead of a bubble. */
	system: string
	message: Message | null
	sending: Sending | null
	/* Said elsewhere, by a name that somebody may claim. */
	line?: HistoryLine
	text: string
}

const RUN_MS = 5 * 60_000

interface Grabs { packet: number; names: string[]; byMe: boolean; last: boolean }

/* Shares of my packet, or taken by me: those of others are their own affair and are not told. */
function grabsOf(group: number, event: EventBody, me: number): Grabs | null {
	const { grabbed } = event, packet = grabbed && packets.get(grabbed.packet)
	if (!grabbed || !packet)
		return null
	const told = packet.sender === me ? grabbed.grabs : grabbed.grabs.filter(([account]) => account === me)
	return told.length ? { packet: packet.id, names: told.filter(([account]) => account !== me).map(([account, name]) => nameOf(group, account, name)),
		byMe: told.some(([account]) => account === me), last: grabbed.state === 'taken' } : null
}

function grabWords(group: number, grabs: Grabs, me: number): string {
	const packet = packets.get(grabs.packet)!
	const says: string[] = []
	if (grabs.byMe)
		says.push(packet.sender === me ? wPackets('grabbedOwn') : wPackets('grabbedByMe', { name: nameOf(group, packet.sender, packet.sender_name) }))
	if (grabs.names.length)
		says.push(grabs.names.length === 1 ? wPackets('grabbedMine', { name: grabs.names[0] })
			: wPackets('grabbedMineMany', { name: grabs.names[0], count: grabs.names.length }))
	return says.join(' · ') + (grabs.last && packet.sender === me ? wPackets('mineTaken') : '')
}

function eventWords(group: number, event: EventBody, me: number): string {
	if (event.joined)
		return event.joined === me ? wChat('joinedMe') : wChat('joined', { name: nameOf(group, event.joined, event.name) })
	if (event.gone)
		return wChat('outOf', { name: nameOf(group, event.gone, event.name) })
	if (event.role)
		return wChat(event.role[1], { name: nameOf(group, event.role[0]) })
	if (event.named)
		return wChat('named', { name: nameOf(group, event.named[0]), to: event.named[1] })
	if (event.history)
		return wChat('broughtIn')
	if (event.dissolved)
		return wPackets('dissolvedLine')
	if (event.returned) {
		const packet = packets.get(event.returned.packet)
		return packet?.sender === me && event.returned.returned ? wPackets('mineBack', { sum: money(event.returned.returned, packet.currency) }) : ''
	}
	if (event.changed)
		return typeof event.changed.name === 'string' ? wChat('renamed', { name: event.changed.name }) : wChat('changed')
	return ''
}

function systemWords(group: number, message: Message, me: number): string {
	if (message.kind === 'recalled')
		return message.author === me ? wChat('recalledMine') : wChat('recalled', { name: nameOf(group, message.author, message.author_name) })
	if (message.kind === 'removed')
		return wChat('removed')
	return message.kind === 'event' ? eventWords(group, message.event ?? {}, me) : ''
}

/* What an export tells of besides talk; '' is talk. */
function historyEventWords(line: HistoryLine): string {
	const name = line.author_name
	switch (line.kind) {
		case 'joined': return wChat('joined', { name })
		case 'removed': return line.target_name ? wChat('outOf', { name }) : wChat('wentOut', { name })
		case 'recalled': return wChat('recalled', { name })
		case 'renamed': return line.target_name ? wChat('named', { name, to: line.target_name }) : line.text
		case 'act': return `${name} ${line.text}`.trim()
		case 'system': return line.text
		default: return ''
	}
}

export interface Given {
	group: number
	me: number
	history: HistoryLine[]
	messages: Message[]
	sending: Sending[]
	ids: Map<number, string>
	unreadAfter: number | null
	whole: boolean
}

const dayOf = (ms: number) => new Date(ms).toDateString()

export function buildRows(given: Given): Row[] {
	const rows: Row[] = []
	let unreadDone = given.unreadAfter === null
	function add(row: Omit<Row, 'day' | 'head' | 'unread'>): void {
		const above = rows[rows.length - 1]
		const day = !above || dayOf(above.at) !== dayOf(row.at)
		const unread = !unreadDone && !row.mine && row.number > given.unreadAfter! && !!row.message && row.message.kind !== 'event'
		unreadDone ||= unread
		const head = !row.system && (!above || day || unread || !!row.mark || !!above.system || above.author !== row.author
			|| above.name !== row.name || row.at - above.at > RUN_MS)
		rows.push({ ...row, day, unread, head })
	}
	/* A line of the system without words says nothing. */
	given.history.filter(line => line.kind !== 'system' || line.text).forEach((line, at) => add({
		key: 'h' + line.cursor, number: 0, at: Date.parse(line.at), author: 0, line, name: line.author_name, mine: false, system: historyEventWords(line),
		mark: at === 0 ? wChat('history') : '', message: null, sending: null, text: line.kind === 'media' && !line.text ? wChat('media') : line.kind === 'packet' && !line.text ? wChat('packet') : line.text,
	}))
	let bridge = given.history.length > 0
	let last = 0
	let running: { grabs: Grabs; row: Row } | null = null
	for (const message of given.messages) {
		const grabs: Grabs | null = message.event?.grabbed ? grabsOf(given.group, message.event, given.me) : null
		/* One line for one packet, as long as nothing is said in between. */
		if (grabs && running?.grabs.packet === grabs.packet && running.row === rows[rows.length - 1]) {
			const all: Grabs = { ...grabs, names: [...running.grabs.names, ...grabs.names], byMe: running.grabs.byMe || grabs.byMe }
			Object.assign(running.row, { system: grabWords(given.group, all, given.me), number: message.number })
			running.grabs = all
			continue
		}
		const system = grabs ? grabWords(given.group, grabs, given.me) : systemWords(given.group, message, given.me)
		if (message.kind === 'event' && !system)
			continue
		const id = given.ids.get(message.number) ?? (message.author === given.me ? message.id : undefined)
		add({
			key: id ? 'o' + id : 'm' + message.number, number: message.number, at: Date.parse(message.at), author: message.author,
			name: nameOf(given.group, message.author, message.author_name), mine: message.author === given.me, system,
			mark: bridge ? wChat('historyEnd') : '', message, sending: null, text: message.text,
		})
		running = grabs ? { grabs, row: rows[rows.length - 1] } : null
		bridge = false
		last = message.number
	}
	if (given.whole)
		for (const item of given.sending)
			if (!item.number || item.number > last)
				add({ key: 'o' + item.id, number: 0, at: item.at, author: given.me, name: '', mine: true, system: '', mark: '', message: null,
					sending: item, text: item.text })
	return rows
}

export interface Part { text: string; kind: 'text' | 'link' | 'mention' }

const LINK = /https?:\/\/[^\s<>"'，。；！？、）】》]+[^\s<>"'，。；！？、）】》.,;:!?)\]]/g

/* Words, addresses and the names called, so that each is drawn as what it is. */
export function partsOf(text: string, called: string[]): Part[] {
	const parts: Part[] = []
	const names = called.filter(Boolean).map(name => '@' + name).sort((a, b) => b.length - a.length)
	function plain(piece: string): void {
		let rest = piece
		while (rest) {
			let at = -1, found = ''
			for (const name of names) {
				const here = rest.indexOf(name)
				if (here >= 0 && (at < 0 || here < at))
					[at, found] = [here, name]
			}
			if (at < 0) {
				parts.push({ text: rest, kind: 'text' })
				return
			}
			if (at)
				parts.push({ text: rest.slice(0, at), kind: 'text' })
			parts.push({ text: found, kind: 'mention' })
			rest = rest.slice(at + found.length)
		}
	}
	let from = 0
	for (const found of text.matchAll(LINK)) {
		plain(text.slice(from, found.index))
		parts.push({ text: found[0], kind: 'link' })
		from = found.index + found[0].length
	}
	plain(text.slice(from))
	return parts
}
