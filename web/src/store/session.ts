/*
 * Who is signed in here. `me` is null for a visitor. The last answer is kept on this device, so that the app opens
 * without a network as the same person; the server's 401 overrules it.
 */
import { ref, shallowRef } from 'vue'
import { del, get, onSignedOut, Problem } from '../api/client'
import type { Me } from '../api/types'
import { forgetAll, openDb } from './db'

const KEY = 'hearth-me'

export const me = shallowRef<Me | null>(null)
/* Pages that are shown before anybody is signed in wait for nothing; the others for this. */
export const known = ref(false)

const started: ((account: number) => void | Promise<void>)[] = []
const ended: (() => void)[] = []

/* What has to run when somebody is signed in (also at once, if so already), and when nobody is any more. */
export function onSession(start: (account: number) => void | Promise<void>, end: () => void): void {
	started.push(start)
	ended.push(end)
	if (me.value)
		void start(me.value.id)
}

/* Take an answer of the server that says who I am: from GET /me, a sign-in, an invitation, a changed name. */
export function take(now: Me): void {
	const before = me.value
	me.value = now
	known.value = true
	try {
		localStorage.setItem(KEY, JSON.stringify(now))
	} catch { /* kept in memory only */ }
	if (before?.id === now.id)
		return
	openDb(now.id)
	for (const start of started)
		void start(now.id)
}

async function forget(): Promise<void> {
	const was = me.value
	me.value = null
	known.value = true
	try {
		localStorage.removeItem(KEY)
	} catch { /* nothing was kept */ }
	if (was) {
		for (const end of ended)
			end()
		await forgetAll()
	}
}

let loading: Promise<void> | null = null

async function ask(): Promise<void> {
	try {
		const { me: here } = await get<{ me: Me | null }>('/sessions/current')
		if (here)
			take(here)
		else if (me.value)
			onSignedOut.run()
		else
			await forget()
	} catch (why) {
		if (why instanceof Problem && why.status === 401)
			await forget()
	}
}

/* Resolves as soon as it is known who is here: at once from what is kept, else from the server. */
export function loadMe(): Promise<void> {
	if (known.value)
		return Promise.resolve()
	try {
		const kept = localStorage.getItem(KEY)
		if (kept)
			take(JSON.parse(kept))
	} catch { /* unreadable: ask */ }
	loading ??= ask().finally(() => {
		known.value = true
		loading = null
	})
	return me.value ? Promise.resolve() : loading
}

/* Ask again, after something on the server about me may have changed. */
export const refreshMe = ask

export async function signOut(): Promise<void> {
	await del('/sessions/current')
	await forget()
	location.assign('/door')
}

onSignedOut.run = () => {
	if (me.value)
		void forget().then(() => location.assign('/door'))
}
