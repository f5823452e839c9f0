/*
 * The messages of groups that this device keeps, with the spans of numbers it knows completely: within a span nothing is
 * missing, and every recall up to the feed's number has been applied. So a span may be read instead of asking the server.
 */
import type { Message } from '../api/types'
import { erase, read, readFirst, readLast, write, writeMany } from './db'

export type Span = [low: number, high: number]

const spans = new Map<number, Promise<Span[]>>()

export function spansOf(group: number): Promise<Span[]> {
	let now = spans.get(group)
	if (!now)
		spans.set(group, now = read<Span[]>('kv', `spans:${group}`).then(kept => kept ?? []))
	return now
}

/* Low and high bound what was asked for, not only the messages in it: numbers of other events lie between. */
export async function keep(group: number, low: number, high: number, messages: Message[]): Promise<void> {
	await writeMany('messages', messages.map(m => [[group, m.number], JSON.parse(JSON.stringify(m))]))
	const all = await spansOf(group)
	const merged: Span = [Math.max(1, low), high]
	const apart = all.filter(([l, h]) => {
		if (h + 1 < merged[0] || l - 1 > merged[1])
			return true
		merged[0] = Math.min(merged[0], l)
		merged[1] = Math.max(merged[1], h)
		return false
	})
	apart.push(merged)
	apart.sort((a, b) => a[0] - b[0])
	spans.set(group, Promise.resolve(apart))
	await write('kv', `spans:${group}`, apart)
}

export async function drop(group: number): Promise<void> {
	spans.set(group, Promise.resolve([]))
	await erase('kv', `spans:${group}`)
	await erase('messages', IDBKeyRange.bound([group, 0], [group, Number.MAX_SAFE_INTEGER]))
}

export interface Page { messages: Message[]; moreBefore: boolean; moreAfter: boolean }

/* Up to `most` messages below `number` (Infinity: the newest known), or null where the span does not reach that far. */
export async function before(group: number, number: number, most: number): Promise<Page | null> {
	const all = await spansOf(group)
	const span = number === Infinity ? all[all.length - 1] : all.find(([l, h]) => l < number && number - 1 <= h)
	if (!span)
		return null
	const messages = await readLast<Message>('messages', IDBKeyRange.bound([group, span[0]], [group, Math.min(span[1], number - 1)]), most)
	if (!messages.length && span[0] > 1)
		return null
	return { messages, moreBefore: messages.length === most || span[0] > 1, moreAfter: number !== Infinity }
}

export async function after(group: number, number: number, most: number): Promise<Page | null> {
	const span = (await spansOf(group)).find(([l, h]) => l <= number + 1 && number < h)
	if (!span)
		return null
	const messages = await readFirst<Message>('messages', IDBKeyRange.bound([group, number + 1], [group, span[1]]), most)
	return messages.length ? { messages, moreBefore: true, moreAfter: true } : null
}

export async function one(group: number, number: number): Promise<Message | undefined> {
	return read<Message>('messages', [group, number])
}

export const forgetSpans = () => spans.clear()
