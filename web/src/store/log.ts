/*
 * What is said in one group, as a run of messages without gaps: usually up to the newest, after a jump somewhere in the
 * past. Pages of older and newer come from what this device keeps, else from the server; before number 1 lies the
 * imported history. Live events are applied to the run that is open and to what is kept, also of groups not open.
 */
import { markRaw, reactive } from 'vue'
import { get } from '../api/client'
import type { EventBody, GroupMore, History, HistoryLine, LiveEvent, Message, Messages, Reply } from '../api/types'
import { appliedTo, bodyOf, listen } from '../live/feed'
import * as kept from './kept'
import { takeMessage } from './packets'
import { learn, nameOf } from './people'
import { me } from './session'

export interface Log {
	group: number
	messages: Message[]
	history: HistoryLine[]
	moreBefore: boolean
	moreAfter: boolean
	moreHistory: boolean
	ready: boolean
	/* What this person recalled here and now, to edit it again. */
	taken: Map<number, string>
	/* Own messages that came out of the outbox keep its id, so that the bubble stays the same one. */
	ids: Map<number, string>
}

const PAGE = 50

const open = new Map<number, Log>()

export const keepsMessages = async (group: number) => open.has(group) || (await kept.spansOf(group)).length > 0

export async function dropMessages(group: number): Promise<void> {
	await kept.drop(group)
	const log = open.get(group)
	if (log?.ready)
		await loadLatest(log).catch(() => {})
}

export function openLog(group: number): Log {
	let log = open.get(group)
	if (!log) {
		log = reactive<Log>({ group, messages: [], history: [], moreBefore: true, moreAfter: false, moreHistory: true, ready: false,
			taken: markRaw(new Map()), ids: markRaw(new Map()) })
		open.set(group, log)
		/* A few groups stay at hand; the rest is on the disk. */
		for (const old of [...open.keys()].slice(0, Math.max(0, open.size - 6)))
			open.delete(old)
	}
	return log
}

export function forgetLogs(): void {
	open.clear()
	kept.forgetSpans()
}

function meet(messages: Message[]): Message[] {
	for (const message of messages) {
		learn(message.author, message.author_name)
		takeMessage(message)
		if (message.reply)
			learn(message.reply.author, message.reply.author_name)
	}
	return messages
}

async function fetchPage(log: Log, query: { before?: number; after?: number; around?: number; limit?: number }): Promise<Messages> {
	const asked = appliedTo(log.group)
	const page = await get<Messages>(`/groups/${log.group}/messages`, { limit: PAGE, events: true, ...query })
	const { messages } = page
	meet(messages)
	const first = messages[0]?.number ?? query.before ?? 1, last = messages[messages.length - 1]?.number ?? 0
	const low = page.more_before ? first : 1
	/* Up to the feed's number of before the question, an answer without more after it is whole. */
	const whole = Math.max(last, asked)
	const high = query.before ? query.before - 1 : page.more_after ? last : whole
	if (high >= low)
		void kept.keep(log.group, query.after !== undefined ? query.after + 1 : low, high, messages)
	return query.before ? page : { ...page, more_after: page.more_after || appliedTo(log.group) > whole }
}

function set(log: Log, messages: Message[], moreBefore: boolean, moreAfter: boolean): void {
	log.messages = messages
	log.moreBefore = moreBefore
	log.moreAfter = moreAfter
	if (moreBefore)
		log.history = []
	log.moreHistory = !log.history.length || log.moreHistory
	log.ready = true
}

const TRIES_MAX = 4

/* Where nothing was said here, the log ends with the newest of what was brought; a newer export takes its place. */
async function loadHistoryEnd(log: Log): Promise<boolean> {
	if (!(await get<GroupMore>(`/groups/${log.group}`)).history)
		return false
	const page = await get<History>(`/groups/${log.group}/history`, { limit: PAGE })
	if (page.lines.length && page.lines[page.lines.length - 1].cursor === log.history[log.history.length - 1]?.cursor)
		return log.moreHistory
	log.history = page.lines
	return page.more
}

export async function loadLatest(log: Log, least = PAGE): Promise<void> {
	for (let n = 0; n < TRIES_MAX; n++) {
		const page = await fetchPage(log, { limit: Math.min(200, least) })
		const moreHistory = page.messages.length || page.more_before ? null : await loadHistoryEnd(log)
		const whole = page.more_before && joins(log, page.messages)
		const older = whole ? log.messages.filter(m => m.number < page.messages[0].number) : []
		set(log, [...older, ...page.messages], whole ? log.moreBefore : page.more_before, false)
		log.moreHistory = moreHistory ?? log.moreHistory
		/* Something came while this was on its way: ask once more, so that nothing is missing at the end. */
		if (!page.more_after)
			return
	}
}

/* Whether a fresh newest page and the run at hand touch, so that nothing lies between them unseen. */
const joins = (log: Log, fresh: Message[]) => !log.moreAfter && log.messages.some(m => m.number === fresh[0]?.number)

/* What this device has of the newest, at once and without the network. */
export async function loadKept(log: Log, least = PAGE): Promise<boolean> {
	const page = await kept.before(log.group, Infinity, Math.max(PAGE, least))
	if (!page?.messages.length || log.ready)
		return log.ready
	set(log, meet(page.messages), page.moreBefore, false)
	return true
}

/* True when the newest this device keeps reaches the feed's number: then the server need not be asked. */
export async function keptIsWhole(group: number): Promise<boolean> {
	const spans = await kept.spansOf(group)
	return spans.length > 0 && spans[spans.length - 1][1] >= appliedTo(group) && appliedTo(group) > 0
}

export async function loadAround(log: Log, number: number): Promise<void> {
	const page = await fetchPage(log, { around: number, limit: 100 })
	set(log, page.messages, page.more_before, page.more_after)
}

export async function loadBefore(log: Log): Promise<boolean> {
	const first = log.messages[0]
	if (log.moreBefore && first) {
		const near = await kept.before(log.group, first.number, PAGE)
		if (near?.messages.length) {
			log.messages = [...meet(near.messages), ...log.messages]
			log.moreBefore = near.moreBefore
			return true
		}
		const page = await fetchPage(log, { before: first.number })
		log.messages = [...page.messages, ...log.messages]
		log.moreBefore = page.more_before
		return page.messages.length > 0
	}
	if (!log.moreHistory)
		return false
	/* Only a group into which something was brought has lines before number 1. */
	if (!log.history.length && !(await get<GroupMore>(`/groups/${log.group}`)).history) {
		log.moreHistory = false
		return false
	}
	const page = await get<History>(`/groups/${log.group}/history`, { before: log.history[0]?.cursor, limit: PAGE })
	log.history = [...page.lines, ...log.history]
	log.moreHistory = page.more
	return page.lines.length > 0
}

export async function loadAfter(log: Log): Promise<boolean> {
	const last = log.messages[log.messages.length - 1]
	if (!log.moreAfter || !last)
		return false
	const near = await kept.after(log.group, last.number, PAGE)
	if (near) {
		log.messages = [...log.messages, ...meet(near.messages)]
		log.moreAfter = log.messages[log.messages.length - 1].number < appliedTo(log.group)
		return true
	}
	const page = await fetchPage(log, { after: last.number })
	log.messages = [...log.messages, ...page.messages]
	log.moreAfter = page.more_after
	return page.messages.length > 0
}

const quoted = (message: Message): Reply => ({ number: message.number, author: message.author, author_name: message.author_name,
	text: message.kind === 'picture' ? message.text : message.text.slice(0, 200) })

/* The message a live reply speaks of: from the run, from this device, from the server, in this order. */
async function replyTo(log: Log | undefined, group: number, number: number): Promise<Reply | null> {
	const here = log?.messages.find(m => m.number === number) ?? await kept.one(group, number)
	if (here)
		return quoted(here)
	try {
		const page = await get<Messages>(`/groups/${group}/messages`, { around: number, limit: 1 })
		const found = meet(page.messages).find(m => m.number === number)
		return found ? quoted(found) : null
	} catch {
		return null
	}
}

function toMessage(event: LiveEvent, body: EventBody): Message {
	const [group, number, author, at] = event
	const talk = body.text !== undefined || body.picture !== undefined
	return {
		number, author, author_name: nameOf(group, author), at: new Date(at).toISOString(), text: body.text ?? body.packet?.message ?? '', reply: null,
		kind: body.picture ? 'picture' : talk ? 'text' : body.packet ? 'packet' : 'event', mentions: body.mentions ?? [], all: body.all ?? false,
		picture: body.picture ?? null, event: talk ? undefined : body,
	}
}

function takeBack(message: Message, how: 'recalled' | 'removed'): Message {
	return { ...message, kind: how, text: '', picture: null, reply: null, mentions: [] }
}

/* What is on the screen changes in the same breath as the feed. */
function show(event: LiveEvent, message: Message): void {
	const [group, number] = event, body = bodyOf(event), log = open.get(group)
	if (!log?.ready)
		return
	if (!log.moreAfter && (log.messages[log.messages.length - 1]?.number ?? 0) < number) {
		const answered = body.reply ? log.messages.find(m => m.number === body.reply) : undefined
		log.messages = [...log.messages, answered ? { ...message, reply: quoted(answered) } : message]
	}
	const gone = body.recalled ?? body.removed
	const target = gone ? log.messages.find(m => m.number === gone) : undefined
	if (!gone || !target)
		return
	if (target.author === me.value?.id && body.recalled && target.text)
		log.taken.set(gone, target.text)
	log.messages = log.messages.map(m => m === target ? takeBack(m, body.recalled ? 'recalled' : 'removed')
		: m.reply?.number === gone ? { ...m, reply: { ...m.reply, text: '' } } : m)
}

async function remember(event: LiveEvent, message: Message): Promise<void> {
	const [group, number] = event, body = bodyOf(event), log = open.get(group)
	if (!await keepsMessages(group))
		return
	const gone = body.recalled ?? body.removed
	const old = gone ? await kept.one(group, gone) : undefined
	if (gone && old)
		await kept.keep(group, gone, gone, [takeBack(old, body.recalled ? 'recalled' : 'removed')])
	if (body.reply) {
		message.reply = await replyTo(log, group, body.reply)
		if (log && message.reply)
			log.messages = log.messages.map(m => m.number === number && !m.reply ? { ...m, reply: message.reply } : m)
	}
	/* Only what follows on a span makes it longer; before the first page is fetched there is none. */
	const spans = await kept.spansOf(group)
	if (spans.length && spans[spans.length - 1][1] >= number - 1)
		await kept.keep(group, number, number, [message])
}

/* One after another, as they come: a recall must find the message it takes back on the disk. */
let remembering: Promise<void> = Promise.resolve()
listen(event => {
	const message = toMessage(event, bodyOf(event))
	show(event, message)
	remembering = remembering.then(() => remember(event, message)).catch(why => console.error(why))
})
