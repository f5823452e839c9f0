/*
 * Exports being read. They outlive the page they were dropped on: sending goes on while one looks at another page, and
 * what the server has is found again after a reload (this device remembers the numbers; the server forgets after a day).
 * Not here: what a file says; that is the server's, read again and again until it is done.
 */
import { reactive } from 'vue'
import { del, get, patch, post, Problem, say, url, wordsOf } from '../../api/client'
import type { ImportFile } from '../../api/types'
import { me, onSession } from '../../store/session'
import { bytes, lang } from '../../words'
import { wDrop } from '../../words/drop'

export interface Job {
	key: number
	name: string
	size: number
	sent: number
	id: number | null
	stage: 'sending' | 'lost' | 'there' | 'gone' | 'refused'
	words: string
	view: ImportFile | null
	file: File | null
	answering: boolean
}

const SIZE_MAX = 4 * 1024 ** 3
const LOOK_MS = 700
const KEPT_MAX = 40
export const jobs = reactive<Job[]>([])
const sending = new Map<number, XMLHttpRequest>()
let next = 1
let timer = 0
let account = 0

const keyOf = () => `hearth-drops-${account}`

function remember(): void {
	try {
		localStorage.setItem(keyOf(), JSON.stringify(jobs.filter(job => job.id !== null).slice(0, KEPT_MAX).map(({ id, name, size }) => ({ id, name, size }))))
	} catch { /* then only this visit knows of them */ }
}

function add(name: string, size: number, part: Partial<Job>): Job {
	const job = reactive<Job>({ key: next++, name, size, sent: 0, id: null, stage: 'sending', words: '', view: null, file: null, answering: false, ...part })
	jobs.unshift(job)
	return job
}

async function look(job: Job): Promise<void> {
	if (job.id === null || job.answering)
		return
	try {
		job.view = await get<ImportFile>(`/thermometer/files/${job.id}`)
		job.stage = 'there'
	} catch (why) {
		if (why instanceof Problem && (why.status === 404 || why.status === 410)) {
			job.stage = 'gone'
			job.id = null
			remember()
		}
	}
}

const unsettled = (job: Job) => job.id !== null && job.stage === 'there' && (!job.view || job.view.state === 'reading')

function watchOn(): void {
	clearTimeout(timer)
	if (jobs.some(unsettled))
		timer = window.setTimeout(async () => {
			await Promise.all(jobs.filter(unsettled).map(look))
			watchOn()
		}, LOOK_MS)
}

function refused(job: Job, answer: XMLHttpRequest): void {
	job.stage = 'refused'
	try {
		const problem = JSON.parse(answer.responseText)
		job.words = problem.detail ?? problem.title
	} catch {
		job.words = wordsOf(null)
	}
}

/* Not fetch: only this tells how much has been sent. */
function send(job: Job): void {
	const request = new XMLHttpRequest()
	job.stage = 'sending'
	job.sent = 0
	request.open('POST', url('/thermometer/files', { name: job.name }))
	request.setRequestHeader('Content-Type', 'application/octet-stream')
	request.setRequestHeader('Accept-Language', lang.value === 'zh' ? 'zh-CN' : 'en')
	request.upload.onprogress = event => job.sent = event.loaded
	request.onload = () => {
		sending.delete(job.key)
		if (request.status < 200 || request.status > 299)
			return refused(job, request)
		try {
			job.id = JSON.parse(request.responseText).id
		} catch { /* cut short on its way */
			job.stage = 'lost'
			return
		}
		job.stage = 'there'
		job.file = null
		remember()
		void look(job).then(watchOn)
	}
	request.onerror = () => {
		sending.delete(job.key)
		job.stage = 'lost'
	}
	sending.set(job.key, request)
	request.send(job.file)
}

export function drop(files: Iterable<File>): void {
	for (const file of files) {
		const job = add(file.name, file.size, { file })
		if (file.size === 0 || file.size > SIZE_MAX)
			Object.assign(job, { stage: 'refused', words: file.size ? wDrop('tooBig', { size: bytes(file.size) }) : wDrop('emptyFile'), file: null })
		else
			send(job)
	}
}

export const sendAgain = (job: Job) => job.file && send(job)

export async function answer(job: Job, given: Record<string, unknown>): Promise<void> {
	job.answering = true
	try {
		job.view = await patch<ImportFile>(`/thermometer/files/${job.id}`, given)
	} finally {
		job.answering = false
		watchOn()
	}
}

export async function stop(job: Job): Promise<void> {
	if (job.stage === 'sending') {
		sending.get(job.key)?.abort()
		sending.delete(job.key)
		takeAway(job)
		return
	}
	try {
		await post(`/thermometer/files/${job.id}/stop`)
		await look(job)
	} catch (why) {
		say(why)
	}
}

function takeAway(job: Job): void {
	const at = jobs.findIndex(each => each.key === job.key)
	if (at >= 0)
		jobs.splice(at, 1)
	remember()
}

export async function away(job: Job): Promise<void> {
	takeAway(job)
	if (job.id !== null)
		await del(`/thermometer/files/${job.id}`).catch(say)
}

export async function keep(job: Job, group: number, into: number | null): Promise<number> {
	const kept = await post<{ group: number }>(`/thermometer/files/${job.id}/keep`, into === null ? { group } : { group, into })
	await look(job)
	return kept.group
}

onSession(async id => {
	account = id
	let known: { id: number; name: string; size: number }[] = []
	try {
		known = JSON.parse(localStorage.getItem(keyOf()) ?? '[]')
	} catch { /* nothing is remembered */ }
	const found = known.reverse().map(({ id, name, size }) => add(name, size, { id, stage: 'there', sent: size }))
	await Promise.all(found.map(look))
	for (const job of found.filter(each => each.stage === 'gone'))
		takeAway(job)
	watchOn()
}, () => {
	for (const request of sending.values())
		request.abort()
	sending.clear()
	clearTimeout(timer)
	jobs.splice(0)
})

export const mayRead = () => me.value?.may_found !== false
