/*
 * What the browser tests stand on: the real binary (HEARTH_BIN) on a free port with a folder of its own, the first sign-in
 * link it prints, Chromium, and pages that remember everything a careful reader of the console would complain about.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { chromium } from 'playwright-core'

const START_MS = 60_000
const STILL_MS = 120
export const PHONE = { width: 390, height: 844 }
export const DESK = { width: 1280, height: 800 }
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

function freePort() {
	return new Promise((done, fail) => {
		const server = createServer()
		server.once('error', fail)
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address()
			server.close(() => done(port))
		})
	})
}

/* Answers { url, first, stop }: first is the path of the first owner's link. */
export async function startHearth(more = []) {
	const binary = process.env.HEARTH_BIN
	assert.ok(binary, 'HEARTH_BIN names the binary to test')
	const folder = mkdtempSync(path(tmpdir(), 'hearth-browser-'))
	const port = await freePort()
	const child = spawn(binary, ['serve', '--data', folder, '--listen', `127.0.0.1:${port}`, '--no-rates', ...more], { stdio: ['ignore', 'pipe', 'pipe'] })
	let said = ''
	const first = await new Promise((done, fail) => {
		const timer = setTimeout(() => fail(new Error(`no first link in ${START_MS} ms:\n${said}`)), START_MS)
		const hear = part => {
			said += part
			const link = /(\/enter\/[\w-]+)\s/.exec(said)
			if (link) {
				clearTimeout(timer)
				done(link[1])
			}
		}
		child.stdout.on('data', hear)
		child.stderr.on('data', hear)
		child.once('exit', code => fail(new Error(`ended with ${code}:\n${said}`)))
	})
	const url = `http://127.0.0.1:${port}`
	/* It prints its link just before it listens. */
	for (let tries = 0; tries < 100; tries++)
		if (await fetch(`${url}/api/v1/health`).then(answer => answer.ok, () => false))
			break
		else
			await new Promise(done => setTimeout(done, 100))
	async function stop() {
		if (child.exitCode === null) {
			const ended = new Promise(done => child.once('exit', done))
			child.kill('SIGTERM')
			await ended
		}
		rmSync(folder, { recursive: true, force: true })
		assert.equal(child.exitCode, 0, `the server ended with ${child.exitCode}:\n${said.slice(-2000)}`)
	}
	return { url, first, stop, said: () => said }
}

export function openChromium() {
	return chromium.launch({ executablePath: process.env.HEARTH_CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] })
}

/* A person with a browser of their own. `quiet()` fails if the console said anything or anything left the server. */
export async function person(browser, hearth, { size = PHONE, locale = 'zh-CN', dark = false, look } = {}) {
	const context = await browser.newContext({ viewport: size, locale, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', timezoneId: 'Asia/Shanghai' })
	if (look)
		await context.addInitScript(kept => localStorage.setItem('hearth-look', kept), JSON.stringify(look))
	const page = await context.newPage()
	const noise = []
	let offline = false, underWay = 0, movedAt = 0
	const moved = by => () => {
		underWay += by
		movedAt = Date.now()
	}
	page.on('request', moved(1)).on('requestfinished', moved(-1)).on('requestfailed', moved(-1))
	page.on('console', message => {
		if (!['error', 'warning'].includes(message.type()))
			return
		/* A refusal of the API is an answer, not a fault; without a network every request fails, as it should. */
		if (/\/api\/v1\//.test(message.location().url) && /status of 4\d\d/.test(message.text()))
			return
		if (offline || /ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED/.test(message.text()))
			return
		noise.push(`console: ${message.text()} (${message.location().url})`)
	})
	page.on('pageerror', why => noise.push(`page: ${why.stack ?? why}`))
	page.on('request', request => {
		if (!request.url().startsWith(hearth.url) && !request.url().startsWith('blob:'))
			noise.push(`foreign address: ${request.url()}`)
	})
	page.on('requestfailed', request => {
		const why = request.failure()?.errorText ?? ''
		if (!offline && !/ERR_ABORTED|ERR_INTERNET_DISCONNECTED/.test(why))
			noise.push(`not loaded: ${request.url()} ${why}`)
	})
	return {
		context, page,
		go: path => page.goto(hearth.url + path),
		async setOffline(on) {
			offline = true
			await context.setOffline(on)
			/* What was under way fails a moment later. */
			if (!on)
				setTimeout(() => offline = false, 3000)
		},
		/* What was asked for has come, and nothing more is asked for: sooner known than Playwright's half a second. */
		async still() {
			const until = Date.now() + START_MS
			while ((underWay > 0 || Date.now() - movedAt < STILL_MS) && Date.now() < until)
				await new Promise(done => setTimeout(done, 20))
		},
		quiet() {
			assert.deepEqual(noise, [], 'the console is empty and nothing left the server')
		},
	}
}

/* No violation that axe-core knows of. The source runs through the debugger, which the page's policy does not hinder. */
export async function violations(page) {
	if (!await page.evaluate(() => 'axe' in window))
		await page.evaluate(axeSource)
	const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
	return found.violations.map(each => `${each.id} (${each.impact}): ${each.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`)
}

export async function axe(page, where) {
	assert.deepEqual(await violations(page), [], `axe on ${where}`)
}

/* Nothing makes the page wider than its window, whatever the words. */
export const tooWide = page => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth))

/* The first owner comes in, founds a group, and stands before its QR code. */
export async function firstRun(owner, hearth, { name = '云妹', group = '骑行群', ground = '周末一起骑车的人' } = {}) {
	const { page } = owner
	await owner.go(hearth.first)
	await page.locator('input[name=name]').fill(name)
	await page.getByRole('button', { name: /^(开始|Begin)$/ }).click()
	await page.waitForURL('**/groups/new')
	await page.locator('input[name=name]').fill(group)
	await page.locator('[name=common_ground]').fill(ground)
	await page.getByRole('button', { name: /建好|Found it/ }).click()
	await page.waitForURL('**/groups/*/invite')
	const id = Number(/groups\/(\d+)\/invite/.exec(page.url())[1])
	const link = await page.locator('.address').innerText()
	return { id, link: new URL(link).pathname }
}

export async function join(newcomer, link, name) {
	const { page } = newcomer
	await newcomer.go(link)
	await page.locator('input[name=name]').fill(name)
	await page.getByRole('button', { name: /^(进群|Join)$/ }).click()
	await page.waitForURL(/\/groups\/\d+$/)
}

export const composer = page => page.locator('textarea.w-text')

export async function say(page, text) {
	await composer(page).fill(text)
	await composer(page).press('Enter')
}

export const bubble = (page, text) => page.locator('[role=article]', { hasText: text })
