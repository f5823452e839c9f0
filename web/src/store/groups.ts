/*
 * My groups, as the list shows them: kept on this device, fetched when the socket opens, and moved on by live events.
 * An event counts only if its number lies above the one the server's own figures already include.
 */
import { computed, reactive, ref } from 'vue'
import { get, patch, put, say } from '../api/client'
import type { Group, GroupMore, LiveEvent, Muted } from '../api/types'
import { appliedTo, bodyOf, enter, farewell, follow, leave, listen, listenOpen, listenSkip, onMe, type MeNews } from '../live/feed'
import { snack } from '../parts/snack'
import { wCommon } from '../words/common'
import { wGroups } from '../words/groups'
import { read, write } from './db'
import { dropMessages, keepsMessages } from './log'
import { learn, nameOf } from './people'
import { me, refreshMe } from './session'
import { mentionsInTitle } from './title'

export const groups = reactive(new Map<number, Group>())
/* Set once something is known: kept from before or fetched. Until then the list is loading, not empty. */
export const loaded = ref(false)
/* The group whose end is on the screen right now: what comes there is seen as it comes. */
export const watching = ref(0)
/* So many events behind that walking through them is dearer than asking anew. */
const WALK_MAX = 2000

/* Its owner ended it. */
export const isDissolved = (group: Group) => !!group.dissolved_at

export const isMuted = (muted: Muted) => muted === 'always' || (!!muted && Date.parse(muted) > Date.now())

const lastAt = (group: Group) => group.last ? Date.parse(group.last.at) : 0

export const sorted = computed(() => [...groups.values()].sort((a, b) =>
	Number(b.pinned) - Number(a.pinned) || lastAt(b) - lastAt(a) || b.id - a.id))

let keeping = 0
function keep(): void {
	clearTimeout(keeping)
	keeping = window.setTimeout(() => void write('kv', 'groups', JSON.parse(JSON.stringify([...groups.values()]))), 300)
	let mentions = 0
	for (const group of groups.values())
		if (!isMuted(group.muted))
			mentions += group.mentions
	mentionsInTitle.value = mentions
}

function put1(group: Group): void {
	const had = groups.get(group.id)
	if (had)
		Object.assign(had, group)
	else
		groups.set(group.id, { ...group })
	if (group.last)
		learn(group.last.author, group.last.author_name)
}

async function fetchGroups(): Promise<void> {
	const { groups: all } = await get<{ groups: Group[] }>('/groups')
	const here = new Set(all.map(group => group.id))
	for (const id of [...groups.keys()])
		if (!here.has(id)) {
			groups.delete(id)
			leave(id)
		}
	for (const group of all) {
		put1(group)
		if (group.state !== 'in' || group.kind !== 'hosted') {
			leave(group.id)
			continue
		}
		const have = appliedTo(group.id)
		/* Messages kept on this device must hear of every recall; where none are kept there is nothing to walk through. */
		const keeps = await keepsMessages(group.id)
		const stale = have ? have < group.number && (group.number - have > WALK_MAX || !keeps) : keeps
		if (stale)
			leave(group.id)
		enter(group.id, group.number)
		if (stale)
			await dropMessages(group.id)
	}
	loaded.value = true
	keep()
}

/* Where it fails, what is kept stays, and the next connection asks again. */
listenOpen(fetchGroups)

let keptRead: Promise<void> = Promise.resolve()
/* Resolves when it is known what this device keeps: before that, a group not here may yet appear. */
export const whenRead = () => keptRead

export function loadGroups(): Promise<void> {
	keptRead = readKept()
	return keptRead.then(() => loaded.value ? undefined : fetchGroups().catch(() => {}))
}

async function readKept(): Promise<void> {
	for (const group of await read<Group[]>('kv', 'groups') ?? [])
		if (!groups.has(group.id))
			put1(group)
	if (groups.size)
		loaded.value = true
}

export function forgetGroups(): void {
	groups.clear()
	loaded.value = false
	mentionsInTitle.value = 0
}

/* One group with everything its own page shows; also brings the list up to date, and follows it if it is new. */
export async function loadGroup(id: number | string): Promise<GroupMore> {
	const group = await get<GroupMore>(`/groups/${id}`)
	const isNew = !groups.has(group.id)
	put1(group)
	if (group.state === 'in' && group.kind === 'hosted') {
		enter(group.id, group.number)
		if (isNew)
			void follow([group.id])
	}
	loaded.value = true
	keep()
	return group
}

export async function changeGroup(id: number | string, change: Record<string, unknown>): Promise<GroupMore> {
	const group = await patch<GroupMore>(`/groups/${id}`, change)
	put1(group)
	keep()
	return group
}

/* What an event does to the list: the last line, the counts, the name. */
function apply(event: LiveEvent): void {
	const [id, number, author, at] = event
	const group = groups.get(id), body = bodyOf(event)
	if (body.named)
		learn(body.named[0], body.named[1])
	if (body.joined && body.name)
		learn(body.joined, body.name)
	if (!group || number <= group.number)
		return
	group.number = number
	const mine = author === me.value?.id
	const words = (kind: 'text' | 'picture' | 'packet', text: string) => {
		group.last = { number, at: new Date(at).toISOString(), author, author_name: nameOf(id, author), kind, text }
	}
	if (body.text !== undefined || body.picture || body.packet) {
		words(body.packet ? 'packet' : body.picture ? 'picture' : 'text', body.packet?.message ?? body.text ?? '')
		if (mine) {
			Object.assign(group, { read_number: number, unread: 0, mentions: 0 })
		} else {
			if (watching.value !== id)
				group.unread++
			if (watching.value !== id && (body.all || body.mentions?.includes(me.value?.id ?? -1)))
				group.mentions++
		}
	}
	const gone = body.recalled ?? body.removed
	if (gone && group.last?.number === gone)
		Object.assign(group.last, { kind: body.recalled ? 'recalled' : 'removed', text: '', author_name: nameOf(id, author), author })
	if (body.joined)
		group.members++
	if (body.gone)
		group.members--
	if (body.role?.[0] === me.value?.id && body.role)
		group.role = body.role[1]
	if (body.dissolved) {
		Object.assign(group, { state: 'left', dissolved_at: new Date(at).toISOString() } satisfies Partial<Group>)
		leave(id)
	}
	if (typeof body.changed?.name === 'string')
		group.name = body.changed.name
	keep()
}

listen(apply)
listenSkip(async id => {
	await dropMessages(id)
	return (await loadGroup(id)).number
})

async function mine(news: MeNews): Promise<void> {
	if (news.read) {
		const [id, number] = news.read
		const group = groups.get(id)
		if (group && number >= group.number)
			Object.assign(group, { read_number: number, unread: 0, mentions: 0 })
		else if (group && number > group.read_number)
			put1(await get<GroupMore>(`/groups/${id}`))
	}
	if (news.in)
		await loadGroup(news.in)
	if (news.out) {
		const group = groups.get(news.out)
		await farewell(news.out)
		if (group)
			put1(await get<GroupMore>(`/groups/${news.out}`).catch(() => ({ ...group, state: 'removed' as const })))
	}
	const changed = news.muted ?? news.waiting ?? news.claim
	if (changed && groups.has(changed))
		await loadGroup(changed)
	if (news.me || news.ended)
		await refreshMe()
	keep()
}

onMe(news => void mine(news).catch(() => {}))

/* Read is what was on the screen. The number never goes back. */
export async function markRead(id: number, number: number): Promise<void> {
	const group = groups.get(id)
	if (!group || number <= group.read_number)
		return
	group.read_number = number
	if (number >= (group.last?.number ?? 0))
		Object.assign(group, { unread: 0, mentions: 0 })
	keep()
	try {
		const now = await put<{ read_number: number; unread: number; mentions: number }>(`/groups/${id}/read`, { number }, { keepalive: true })
		if (group.read_number === number)
			Object.assign(group, { unread: now.unread, mentions: now.mentions })
		keep()
	} catch { /* said again with the next number */ }
}

export type MuteFor = 'none' | 'hour' | 'day' | 'week' | 'always'

const HOURS: Record<string, number> = { hour: 1, day: 24, week: 168 }

/* At once, with Undo. Undo of a time that was running puts "always" or "none", whichever it was nearest to. */
export async function mute(id: number, how: MuteFor, quiet = false): Promise<void> {
	const group = groups.get(id)
	if (!group)
		return
	const before = group.muted
	group.muted = how === 'none' ? null : how === 'always' ? 'always' : new Date(Date.now() + HOURS[how] * 3_600_000).toISOString()
	keep()
	if (!quiet)
		snack(wGroups(how === 'none' ? 'unmuted' : 'muted', { name: group.name }), { label: wCommon('undo'), run: () =>
			void mute(id, before === null ? 'none' : before === 'always' ? 'always' : 'day', true) })
	try {
		group.muted = (await put<{ muted: Muted }>(`/groups/${id}/mute`, { for: how })).muted
	} catch (why) {
		group.muted = before
		say(why)
	}
	keep()
}

export async function pin(id: number, pinned: boolean, quiet = false): Promise<void> {
	const group = groups.get(id)
	if (!group)
		return
	group.pinned = pinned
	keep()
	if (!quiet)
		snack(wGroups(pinned ? 'pinned' : 'unpinned', { name: group.name }), { label: wCommon('undo'), run: () => void pin(id, !pinned, true) })
	try {
		await put(`/groups/${id}/pin`, { pinned })
	} catch (why) {
		group.pinned = !pinned
		say(why)
	}
	keep()
}

const UNDO_MS = 6000

/* Shown at once, told to the server when it can no longer be undone. */
export function markAllRead(id: number): void {
	const group = groups.get(id)
	if (!group || !group.unread)
		return
	const { unread, mentions, number } = group
	Object.assign(group, { unread: 0, mentions: 0 })
	keep()
	const tell = () => {
		removeEventListener('pagehide', tell)
		clearTimeout(timer)
		void markRead(id, number)
	}
	const timer = setTimeout(tell, UNDO_MS)
	addEventListener('pagehide', tell)
	snack(wGroups('allRead', { name: group.name }), { label: wCommon('undo'), run: () => {
		removeEventListener('pagehide', tell)
		clearTimeout(timer)
		group.unread += unread
		group.mentions += mentions
		keep()
	} })
}
