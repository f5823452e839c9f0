/*
 * Requests to the server. Every refusal becomes a Problem with the server's own words; `say` shows it as a line at the
 * foot of the page, `useForm` puts it under its field. A request that never arrived is a Problem of slug `offline`.
 * Nothing here retries: the outbox and the pages know what may be asked twice.
 */
import { nextTick, reactive, ref } from 'vue'
import { lang } from '../words'
import { wCommon } from '../words/common'
import { snack } from '../parts/snack'

export class Problem extends Error {
	constructor(readonly slug: string, readonly status: number, readonly detail: string, readonly field: string | null,
		readonly more: Record<string, unknown>) {
		super(detail)
	}
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Query = Record<string, string | number | boolean | null | undefined>

/* Called once for each answer that says nobody is signed in; set by store/session.ts. */
export const onSignedOut = { run: () => {} }

export const url = (path: string, query?: Query) => {
	const given = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '')
	return '/api/v1' + path + (given.length ? '?' + new URLSearchParams(given.map(([k, v]) => [k, String(v)])) : '')
}

/* The title says what happened, the detail what still stands and what to do: both are said. */
export function problemWords(title: unknown, detail: unknown): string {
	const [what, then] = [title, detail].map(each => typeof each === 'string' ? each.trim() : '')
	if (!what || !then || then.startsWith(what))
		return then || what
	return /[。.？?！!]$/.test(what) ? `${what}${lang.value === 'zh' ? '' : ' '}${then}` : `${what}${lang.value === 'zh' ? '。' : '. '}${then}`
}

async function readProblem(answer: Response): Promise<Problem> {
	let body: Record<string, unknown> = {}
	try {
		body = await answer.json()
	} catch { /* a proxy in between answered in its own way */ }
	const { type, title, detail, field, ...more } = body
	const slug = String(type ?? '').split('/').pop() || (answer.status === 429 ? 'slow-down' : answer.status >= 500 ? 'busy' : 'refused')
	let words = problemWords(title, detail)
	if (slug === 'server')
		words ||= wCommon('server', { number: String(more.number ?? '') })
	if (slug === 'slow-down' && !words)
		words = wCommon('slowDown', { s: Number(more.retry_after_s ?? 1) })
	return new Problem(slug, answer.status, words || wCommon('noNetwork'), field ? String(field) : null, more)
}

export interface Ask { query?: Query; body?: unknown; signal?: AbortSignal; raw?: Blob; keepalive?: boolean; public?: boolean }

export async function ask<T>(method: Method, path: string, how: Ask = {}): Promise<T> {
	const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': lang.value === 'zh' ? 'zh-CN' : 'en' }
	let body: BodyInit | undefined
	if (how.raw) {
		body = how.raw
		headers['Content-Type'] = how.raw.type || 'application/octet-stream'
	} else if (method !== 'GET' && method !== 'DELETE') {
		body = JSON.stringify(how.body ?? {})
		headers['Content-Type'] = 'application/json'
	}
	let answer: Response
	try {
		answer = await fetch(url(path, how.query), { method, headers, body, signal: how.signal, keepalive: how.keepalive, credentials: 'same-origin' })
	} catch (why) {
		if (how.signal?.aborted)
			throw why
		throw new Problem('offline', 0, wCommon('noNetwork'), null, {})
	}
	if (!answer.ok) {
		const problem = await readProblem(answer)
		if (problem.status === 401 && problem.slug === 'not-signed-in' && !how.public)
			onSignedOut.run()
		throw problem
	}
	if (answer.status === 204)
		return {} as T
	try {
		return await answer.json() as T
	} catch (why) {
		if (how.signal?.aborted)
			throw why instanceof DOMException ? why : new DOMException('', 'AbortError')
		/* Cut short on its way, as when a page is left: it never arrived. */
		throw new Problem('offline', 0, wCommon('noNetwork'), null, {})
	}
}

export const get = <T>(path: string, query?: Query, how?: Ask) => ask<T>('GET', path, { ...how, query })
export const post = <T>(path: string, body?: unknown, how?: Ask) => ask<T>('POST', path, { ...how, body })
export const put = <T>(path: string, body?: unknown, how?: Ask) => ask<T>('PUT', path, { ...how, body })
export const patch = <T>(path: string, body?: unknown, how?: Ask) => ask<T>('PATCH', path, { ...how, body })
export const del = <T>(path: string, how?: Ask) => ask<T>('DELETE', path, how)

export const wordsOf = (why: unknown) => why instanceof Problem ? why.detail : wCommon('noNetwork')

/* A refusal that belongs to no field: one quiet line, with the act to try again when there is one. */
export function say(why: unknown, again?: () => void): void {
	if (why instanceof DOMException && why.name === 'AbortError')
		return
	if (!(why instanceof Problem))
		console.error(why)
	if (why instanceof Problem && why.slug === 'not-signed-in')
		return
	snack(wordsOf(why), again ? { label: wCommon('again'), run: again } : undefined)
}

/*
 * A form: `wrong.name` holds what is to be said under the field called name; `run` sends, once at a time, and on a
 * refusal fills `wrong` and moves the focus to the first such field (an element with that `name`).
 */
export function useForm() {
	const wrong = reactive<Record<string, string>>({})
	const busy = ref(false)
	function clear(): void {
		for (const field of Object.keys(wrong))
			delete wrong[field]
	}
	async function refuse(field: string, words: string): Promise<void> {
		wrong[field] = words
		await nextTick()
		document.querySelector<HTMLElement>(`[name="${CSS.escape(field)}"]`)?.focus()
	}
	async function run<T>(send: () => Promise<T>): Promise<T | undefined> {
		if (busy.value)
			return undefined
		clear()
		busy.value = true
		try {
			return await send()
		} catch (why) {
			if (why instanceof Problem && why.field && document.querySelector(`[name="${CSS.escape(why.field)}"]`))
				await refuse(why.field, why.detail)
			else
				say(why)
			return undefined
		} finally {
			busy.value = false
		}
	}
	return { wrong, busy, run, refuse, clear }
}
