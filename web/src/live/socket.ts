/*
 * The one WebSocket of the page: opened while somebody is signed in, opened again with growing pauses when it breaks, and
 * tested when the page comes back to sight. Commands are answered by their number. What the frames mean is in feed.ts.
 */
import { Problem, problemWords } from '../api/client'
import { lang } from '../words'
import { wCommon } from '../words/common'
import { net } from '../store/net'

const PAUSE_MIN_MS = 500
const PAUSE_MAX_MS = 30_000
const ANSWER_MS = 15_000
const PROOF_MS = 5_000
/* From the first byte sent to the server's hello. */
const OPEN_MS = 10_000
/* Who broke sooner than this comes back after a longer pause. */
const STEADY_MS = 10_000
const SILENT_MS = 25_000

const PACK = 'DecompressionStream' in window ? '&pack=deflate-raw' : ''

interface Waiting { done: (body: unknown) => void; fail: (why: unknown) => void; timer: number }

let socket: WebSocket | null = null
let wanted = false
let pause = 0
let timer = 0
let openTimer = 0
let heardAt = 0
let helloAt = 0
let next = 1
const waiting = new Map<number, Waiting>()
const handlers: { open: () => void; frame: (frame: unknown) => void } = { open: () => {}, frame: () => {} }

export function onLive(open: () => void, frame: (frame: unknown) => void): void {
	Object.assign(handlers, { open, frame })
}

function lost(): void {
	clearTimeout(openTimer)
	net.live = false
	net.tried = true
	net.lostAt ||= Date.now()
	for (const [as, { fail, timer: t }] of waiting) {
		clearTimeout(t)
		waiting.delete(as)
		fail(new Problem('offline', 0, wCommon('noNetwork'), null, {}))
	}
}

function plan(): void {
	clearTimeout(timer)
	if (!wanted)
		return
	pause = Math.min(PAUSE_MAX_MS, pause ? pause * 2 : PAUSE_MIN_MS)
	timer = window.setTimeout(connect, pause * (0.7 + Math.random() * 0.6))
}

/* From now on this socket is none: what it still says is not heard. */
function drop(): void {
	const old = socket
	if (net.live && Date.now() - helloAt > STEADY_MS)
		pause = 0
	socket = null
	old?.close()
	lost()
}

/* Which connection one asks on, to say it of the same one to restart(). */
export const line = (): unknown => socket

/* It stands, but is of no use: what should have followed the hello did not. Once more, after the next pause. */
export function restart(which: unknown): void {
	if (!socket || socket !== which)
		return
	drop()
	plan()
}

function hear(text: string): void {
	heardAt = Date.now()
	const frame = JSON.parse(text)
	if (frame && typeof frame === 'object' && !Array.isArray(frame)) {
		if ('hello' in frame) {
			clearTimeout(openTimer)
			helloAt = heardAt
			net.live = true
			net.lostAt = 0
			handlers.open()
			return
		}
		if ('re' in frame) {
			const asked = waiting.get(frame.re)
			if (!asked)
				return
			waiting.delete(frame.re)
			clearTimeout(asked.timer)
			if (frame.status < 400)
				asked.done(frame.body)
			else
				asked.fail(new Problem(String(frame.body?.type ?? '').split('/').pop() || 'refused', frame.status, problemWords(frame.body?.title, frame.body?.detail), frame.body?.field ?? null, frame.body ?? {}))
			return
		}
	}
	handlers.frame(frame)
}

/* A binary frame is a text, raw deflated; the browser unpacks it. One socket's frames are heard in the order in which they
 * came, and none of them, damaged or not understood, keeps the next from being heard: it ends the socket instead. */
async function unpacked(data: string | ArrayBuffer): Promise<string> {
	if (typeof data === 'string')
		return data
	return new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text()
}

function hearAll(from: WebSocket): (data: string | ArrayBuffer) => void {
	let before: Promise<void> = Promise.resolve()
	return data => {
		const text = unpacked(data)
		text.catch(() => {})
		before = before.then(async () => {
			const whole = await text
			if (from === socket)
				hear(whole)
		}).catch(why => {
			if (from !== socket)
				return
			console.error(why)
			restart(from)
		})
	}
}

function connect(): void {
	clearTimeout(timer)
	if (!wanted || socket)
		return
	net.lostAt ||= Date.now()
	const mine = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/live?lang=${lang.value}${PACK}`)
	mine.binaryType = 'arraybuffer'
	socket = mine
	const take = hearAll(mine)
	mine.onmessage = event => take(event.data)
	mine.onclose = () => restart(mine)
	openTimer = window.setTimeout(() => restart(mine), OPEN_MS)
}

export function startLive(): void {
	wanted = true
	connect()
}

export function stopLive(): void {
	wanted = false
	clearTimeout(timer)
	drop()
	net.lostAt = 0
}

export function command<T>(name: string, body: Record<string, unknown>, within_ms = ANSWER_MS): Promise<T> {
	return new Promise((done, fail) => {
		if (!socket || socket.readyState !== WebSocket.OPEN)
			return fail(new Problem('offline', 0, wCommon('noNetwork'), null, {}))
		const as = next++
		const t = window.setTimeout(() => {
			waiting.delete(as)
			fail(new Problem('offline', 0, wCommon('noNetwork'), null, {}))
		}, within_ms)
		waiting.set(as, { done: done as (body: unknown) => void, fail, timer: t })
		socket.send(JSON.stringify({ do: name, as, ...body }))
	})
}

function anew(): void {
	drop()
	pause = 0
	connect()
}

/* After a sleep, or on another network, a socket may be dead without saying so. */
function prove(): void {
	if (!wanted)
		return
	if (!socket) {
		anew()
		return
	}
	if (Date.now() - heardAt < SILENT_MS || socket.readyState !== WebSocket.OPEN)
		return
	const asked = socket
	command('live.follow', { groups: {} }, PROOF_MS).catch(() => asked === socket && anew())
}

/* What began to connect without a network may wait for an answer that never comes. */
addEventListener('online', () => wanted && !net.live ? anew() : prove())
addEventListener('offline', () => restart(socket))
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && prove())
