/*
 * A red packet worked out again on the reader's own device, by the words of src/packet/fair.h and nobody's word else.
 *
 * Promises: the same shares and the same verdicts as the server's C (both after tests/fixtures/packet/fair.json); works on plain
 * http pages, where browsers keep their own SHA-256 back. Pure. Not here: the words a reader sees, fetching.
 * Sums beyond Number.MAX_SAFE_INTEGER are refused, never rounded.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

const SHARES_LIMIT = 1000
const ID_BYTES_MAX = 256
const WORDS = 1n << 64n

export type Kind = 'lucky' | 'equal'
export interface Terms { kind: Kind, sum: number, shares: number, share_min: number, share_max: number }

/* What GET /api/v1/groups/G/packets/P answers, as far as it is looked at. Places count from 0. */
export interface PacketAnswer {
	packet: Terms & { key: string, commitment: string, nonce: string, secret: string | null, split: number[] | null, state: string }
	grabs: { account: number, name: string | null, place: number, amount: number }[]
}

/* terms: there cannot be such a packet. promise: not the secret that was promised. split, grab: not as drawn, or grabs that
 * contradict each other. untold: nothing is wrong, but without the secret nothing is proven either. */
export type Why = '' | 'unreadable' | 'terms' | 'promise' | 'split' | 'grab' | 'untold'
/* at: the place where split or the line of grabs where grab begins to differ; for a share that nobody took, -1. */
export interface Verdict { ok: boolean, why: Why, at?: number, shares: number[] | null }

/* hexToBytes throws at anything that is no hexadecimal; length is for the caller to see. */
export function promiseOf(secretHex: string): string {
	return bytesToHex(sha256(concatBytes(utf8ToBytes('hearth packet promise 1\n'), hexToBytes(secretHex))))
}

export function seedOf(secretHex: string, nonceHex: string, id: string): string {
	return bytesToHex(sha256(concatBytes(utf8ToBytes('hearth packet seed 1\n'), hexToBytes(secretHex), hexToBytes(nonceHex), utf8ToBytes(id))))
}

/* The random words of a seed, drawn from one after another. */
export function drawer(seedHex: string) {
	const text = concatBytes(utf8ToBytes('hearth packet draw 1\n'), hexToBytes(seedHex), new Uint8Array(8))
	const number = new DataView(text.buffer, text.length - 8)
	let block = new DataView(new ArrayBuffer(0)), next = 0n
	let used = 0
	const word = () => {
		if (used === block.byteLength) {
			number.setBigUint64(0, next++)
			const hash = sha256(text)
			block = new DataView(hash.buffer, hash.byteOffset, hash.length)
			used = 0
		}
		used += 8
		return block.getBigUint64(used - 8)
	}
	const below = (n: bigint) => {
		const end = WORDS - WORDS % n
		let w = word()
		while (w >= end)
			w = word()
		return w % n
	}
	return { below }
}

type Below = (n: number) => number

function parts(below: Below, rest: number, n: number): number[] {
	const chosen = new Set<number>()
	for (let j = rest; j < rest + n - 1; j++) {
		const t = below(j + 1)
		chosen.add(chosen.has(t) ? j : t)
	}
	const places = [...chosen].sort((a, b) => a - b)
	return [...places, rest + n - 1].map((place, i) => place - (i ? places[i - 1] + 1 : 0))
}

function lucky(below: Below, t: Terms): number[] {
	const shares = parts(below, t.sum - t.shares * t.share_min, t.shares).map(part => t.share_min + part)
	const cutOff = () => shares.reduce((cut, share, i) => {
		shares[i] = Math.min(share, t.share_max)
		return cut + share - shares[i]
	}, 0)
	let wasCut = false
	for (let cut = cutOff(); cut > 0; cut = cutOff()) {
		const lower = [...shares.keys()].filter(i => shares[i] < t.share_max)
		parts(below, cut, lower.length).forEach((part, i) => { shares[lower[i]] += part })
		wasCut = true
	}
	for (let i = shares.length - 1; wasCut && i > 0; i--) {
		const k = below(i + 1)
		const kept = shares[i]
		shares[i] = shares[k]
		shares[k] = kept
	}
	return shares
}

/* shares × share_max may lie beyond what is exact: it is then above any sum that is not. */
function canBeMet(t: Terms): boolean {
	return [t.sum, t.shares, t.share_min, t.share_max].every(Number.isSafeInteger) && t.shares >= 1 && t.shares <= SHARES_LIMIT && t.share_min >= 1 &&
		t.share_max >= t.share_min && t.sum >= t.shares * t.share_min && t.sum <= t.shares * t.share_max &&
		(t.kind === 'lucky' || (t.kind === 'equal' && t.sum % t.shares === 0))
}

/* The shares in the order of arrival; RangeError when the terms cannot be met. */
export function split(seedHex: string, terms: Terms): number[] {
	if (!canBeMet(terms))
		throw new RangeError('terms')
	if (terms.kind === 'equal')
		return new Array<number>(terms.shares).fill(terms.sum / terms.shares)
	const { below } = drawer(seedHex)
	return lucky(n => Number(below(BigInt(n))), terms)
}

/* ---- what a server told ---- */

const isHash = (v: unknown) => typeof v === 'string' && /^[0-9a-f]{64}$/i.test(v)
const isWhole = (v: unknown) => Number.isSafeInteger(v)

/* Types say what we hope for; here it is looked at. */
function isAnswer(told: PacketAnswer | null | undefined): told is PacketAnswer {
	const p = told?.packet, grabs = told?.grabs
	return typeof p === 'object' && p !== null && Array.isArray(grabs) && (p.kind === 'lucky' || p.kind === 'equal') &&
		[p.sum, p.shares, p.share_min, p.share_max].every(isWhole) && typeof p.state === 'string' &&
		typeof p.key === 'string' && utf8ToBytes(p.key).length <= ID_BYTES_MAX && isHash(p.commitment) && isHash(p.nonce) &&
		(p.secret === null || isHash(p.secret)) && (p.split === null || (Array.isArray(p.split) && p.split.every(isWhole))) &&
		grabs.length <= SHARES_LIMIT && grabs.every(g => isWhole(g?.account) && isWhole(g.place) && isWhole(g.amount) &&
			(g.name === null || typeof g.name === 'string'))
}

/* The first line of grabs that cannot be, or -1 for a share left out; null when all is well. */
function grabFault({ packet: p, grabs }: PacketAnswer, shares: number[] | null): number | null {
	const places = new Set<number>(), accounts = new Set<number>()
	for (const [i, g] of grabs.entries()) {
		const fits = shares ? g.amount === shares[g.place] : g.amount >= p.share_min && g.amount <= p.share_max
		if (g.place < 0 || g.place >= p.shares || places.has(g.place) || accounts.has(g.account) || !fits)
			return i
		places.add(g.place)
		accounts.add(g.account)
	}
	const due = p.state === 'taken' ? p.shares : Math.max(-1, ...places) + 1
	return places.size < due ? -1 : null
}

export function verify(told: PacketAnswer): Verdict {
	const no = (why: Why, shares: number[] | null = null, at?: number): Verdict => ({ ok: false, why, at, shares })
	if (!isAnswer(told))
		return no('unreadable')
	const p = told.packet
	if (!canBeMet(p))
		return no('terms')
	const shares = p.secret !== null ? split(seedOf(p.secret, p.nonce, p.key), p) : p.kind === 'equal' ? split('', p) : null
	if (p.secret !== null && promiseOf(p.secret) !== p.commitment.toLowerCase())
		return no('promise', shares)
	if (shares && p.split) {
		const at = Array.from({ length: Math.max(shares.length, p.split.length) }, (_, i) => i).find(i => shares[i] !== p.split![i])
		if (at !== undefined)
			return no('split', shares, at)
	}
	const at = grabFault(told, shares)
	if (at !== null)
		return no('grab', shares, at)
	return p.secret === null ? no('untold', shares) : { ok: true, why: '', shares }
}
