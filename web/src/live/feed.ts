/*
 * Every group's events, each exactly once and in order of its number, to whoever listens. `applied` is the last number of
 * each group that was handed out; after a break the server is told these and sends what follows; when it is too much for
 * the socket, or a number is missing, the rest is fetched page by page.
 */
import { get } from '../api/client'
import type { EventBody, Events, LiveEvent } from '../api/types'
import { read, write } from '../store/db'
import { command, line, onLive, restart, startLive, stopLive } from './socket'

export interface MeNews {
	read?: [group: number, number: number]
	in?: number
	out?: number
	not_in?: number
	muted?: number
	me?: true
	waiting?: number
	claim?: number
	device?: number
	ended?: number
	[more: string]: unknown
}

const PAGES_MAX = 6
const PAGE = 500
/* The server tells at most so many of our own news again (docs/live.md). */
const ME_TOLD_MAX = 500
const TRIES_MAX = 5

const applied = new Map<number, number>()
let meNumber: number | null = null
const fetching = new Map<number, Promise<void>>()
const passed = new Map<number, number>()

const onEvent: ((event: LiveEvent) => void)[] = []
const onMine = new Set<(news: MeNews) => void>()
let onSkip: (group: number) => Promise<number> = async () => 0
const onOpen: (() => Promise<void>)[] = []

export const bodyOf = (event: LiveEvent): EventBody => typeof event[4] === 'string' ? { text: event[4] } : event[4]

/* For the stores, once each: every event · a group so far behind that what is kept of it is dropped; answers its number. */
export const listen = (each: (event: LiveEvent) => void) => void onEvent.push(each)
export const listenSkip = (skip: (group: number) => Promise<number>) => void (onSkip = skip)
export const listenOpen = (open: () => Promise<void>) => void onOpen.push(open)

/* For pages: my own news (approved, signed in elsewhere, read elsewhere). Answers what stops listening. */
export function onMe(each: (news: MeNews) => void): () => void {
	onMine.add(each)
	return () => onMine.delete(each)
}

export const appliedTo = (group: number) => applied.get(group) ?? 0

function hand(event: LiveEvent): void {
	applied.set(event[0], event[1])
	for (const each of onEvent)
		each(event)
	keep()
}

let keeping = 0
function keep(): void {
	clearTimeout(keeping)
	keeping = window.setTimeout(() => void write('kv', 'applied', { groups: [...applied], me: meNumber }), 300)
}

/* Numbers of a group have no gaps, so what does not follow on the last one means that something was missed. */
function news(event: LiveEvent): void {
	const have = applied.get(event[0])
	if (have === undefined || event[1] <= have)
		return
	if (fetching.has(event[0]))
		passed.set(event[0], event[1])
	else if (event[1] === have + 1)
		hand(event)
	else
		void catchUp(event[0])
}

/* Until everything is here, also what came live meanwhile and was passed over. */
async function pull(group: number): Promise<void> {
	try {
		for (let page = 0; ; page++) {
			if (page === PAGES_MAX) {
				applied.set(group, await onSkip(group))
				return
			}
			const got = await get<Events>(`/groups/${group}/events`, { after: applied.get(group) ?? 0, limit: PAGE })
			for (const event of got.events)
				if (event[1] > (applied.get(group) ?? 0))
					hand(event)
			if (!got.more && (passed.get(group) ?? 0) <= (applied.get(group) ?? 0))
				return
		}
	} finally {
		fetching.delete(group)
		passed.delete(group)
	}
}

export function catchUp(group: number): Promise<void> {
	let now = fetching.get(group)
	if (!now) {
		const on = line()
		now = pull(group).then(() => follow([group]), () => restart(on))
		fetching.set(group, now)
	}
	return now
}

/*
 * Tells the server what we have of these groups, and with `mine` of our own news; what was missed of those comes before the
 * answer. What fails is tried again by the next connection.
 */
async function ask(wanted: number[], mine: boolean, tries = 1): Promise<void> {
	const on = line(), have = mine ? meNumber : null
	const body: Record<string, unknown> = { groups: Object.fromEntries(wanted.map(group => [group, applied.get(group) ?? 0])) }
	if (have !== null)
		body.me = have
	try {
		const answer = await command<{ behind: [number, number][]; me: number }>('live.follow', body)
		for (const [group] of answer.behind)
			void catchUp(group)
		if (mine)
			await reached(answer.me, have, tries)
	} catch {
		restart(on)
	}
}

/* The newest of our own news; `have` is what we told. Too many were missed to be told, or the server was set back: all is
 * read anew. News that crossed the question are not told again either: then it is put once more. */
async function reached(newest: number, have: number | null, tries: number): Promise<void> {
	if (have === null) {
		meNumber = Math.max(meNumber ?? 0, newest)
		keep()
	} else if (newest < have || newest - have > ME_TOLD_MAX) {
		meNumber = newest
		keep()
		for (const open of onOpen)
			await open()
		tell({ me: true })
	} else if (newest > meNumber!) {
		if (tries === TRIES_MAX)
			throw new Error('own news are missing')
		await ask([], true, tries + 1)
	}
}

/* All groups of ours and our own news; or only these groups. */
export async function follow(groups?: number[]): Promise<void> {
	if (!groups || groups.length)
		await ask(groups ?? [...applied.keys()], !groups)
}

/* A group enters the feed at this number; one already followed keeps its own. */
export function enter(group: number, number: number): void {
	if (applied.has(group))
		return
	applied.set(group, number)
	keep()
}

export function leave(group: number): void {
	applied.delete(group)
	keep()
}

/* Out of a group the socket tells no more of it: what happened up to that moment is fetched once, then it is left. */
export async function farewell(group: number): Promise<void> {
	try {
		if (applied.has(group)) {
			const last = fetching.get(group) ?? pull(group)
			fetching.set(group, last)
			await last
		}
	} catch { /* the page itself reads it when it is next opened */ }
	leave(group)
}

function frame(what: unknown): void {
	if (Array.isArray(what)) {
		for (const event of what as LiveEvent[])
			news(event)
		return
	}
	const { behind, me } = what as { behind?: [number, number][]; me?: [number, MeNews] }
	for (const [group] of behind ?? [])
		void catchUp(group)
	if (me)
		own(...me)
}

function tell(news: MeNews): void {
	for (const each of [...onMine])
		each(news)
}

let askingMine = false
function own(number: number, news: MeNews): void {
	if (meNumber !== null && number <= meNumber)
		return
	if (meNumber !== null && number > meNumber + 1) {
		if (!askingMine) {
			askingMine = true
			void ask([], true).finally(() => askingMine = false)
		}
		return
	}
	meNumber = number
	keep()
	tell(news)
}

async function opened(): Promise<void> {
	const on = line()
	try {
		for (const open of onOpen)
			await open()
	} catch {
		restart(on)
	}
	if (on === line())
		await follow()
}

export async function startFeed(): Promise<void> {
	const kept = await read<{ groups: [number, number][]; me: number | null }>('kv', 'applied')
	for (const [group, number] of kept?.groups ?? [])
		applied.set(group, number)
	meNumber = kept?.me ?? null
	onLive(() => void opened(), frame)
	startLive()
}

export function stopFeed(): void {
	stopLive()
	applied.clear()
	fetching.clear()
	meNumber = null
}
