/* Dropping an export: it is read, its thermometer is seen before anything is kept, then kept, in 今天, with a newer file added. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, DESK, firstRun, openChromium, person, startHearth } from './hearth.mjs'

let hearth, browser, owner

before(async () => {
	hearth = await startHearth()
	browser = await openChromium()
	owner = await person(browser, hearth)
	await firstRun(owner, hearth)
})
after(async () => {
	await browser?.close()
	await hearth?.stop()
})

/* A year and a half of a Telegram group that cools after a year: the same lines every time. */
function telegram(weeks = 78) {
	const names = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛']
	const messages = []
	const start = Date.UTC(2024, 0, 1, 12)
	for (let week = 0, id = 1; week < weeks; week++) {
		const many = week < 60 ? 40 + (week * 7) % 11 : 12 + (week * 5) % 7
		for (let n = 0; n < many; n++, id++) {
			const at = start + (week * 7 * 24 * 60 + Math.floor((n * 7 * 24 * 60) / many) + (id * 13) % 50) * 60_000
			const who = week > 60 ? (id * 5) % 4 : (id * 5 + week) % names.length
			messages.push({ id, type: 'message', date: new Date(at).toISOString().slice(0, 19), date_unixtime: String(at / 1000), from: names[who], from_id: `user${who + 1}`, text: `第 ${id} 句`,
				...(id % 3 ? {} : { reply_to_message_id: id - 1 }) })
		}
	}
	return Buffer.from(JSON.stringify({ name: '河边骑行', type: 'private_group', id: 4711, messages }))
}

test('an unknown file is told what it looks like and what can be read', async () => {
	await owner.go('/thermometer/new')
	await owner.page.locator('input[type=file]').setInputFiles({ name: 'cat.gif', mimeType: 'image/gif', buffer: Buffer.from('GIF89a' + '\0'.repeat(400), 'latin1') })
	await owner.page.getByText('没认出这个文件').waitFor()
	await owner.page.getByRole('button', { name: '拿走' }).click()
	await owner.page.getByText('拿走了').waitFor()
})

test('an export is read and its thermometer seen before it is kept', async () => {
	await owner.page.locator('input[type=file]').setInputFiles({ name: 'result.json', mimeType: 'application/json', buffer: telegram() })
	await owner.page.getByText('认出：').waitFor()
	await owner.page.getByRole('link', { name: '看群温: 河边骑行' }).click()
	await owner.page.getByRole('heading', { name: /这个群比平常凉了/ }).waitFor()
	await owner.page.locator('.chart svg path').first().waitFor({ state: 'attached' })
	await owner.page.getByText(/群里的话大约是平常的 \d+%（\d+–\d+%）/).waitFor()
	await axe(owner.page, 'the thermometer of a file')
	const groups = await (await owner.context.request.get(`${hearth.url}/api/v1/groups`)).json()
	assert.equal(groups.groups.length, 1, 'nothing is kept yet')
})

test('the reading line moves by key and its words stand below', async () => {
	const chart = owner.page.getByRole('slider', { name: '一周一周地看' })
	const before = await chart.getAttribute('aria-valuetext')
	await chart.focus()
	await owner.page.keyboard.press('ArrowLeft')
	await owner.page.waitForFunction(was => document.querySelector('[role=slider]').getAttribute('aria-valuetext') !== was, before)
	assert.match(await chart.getAttribute('aria-valuetext'), /那一周：\d+ 条/)
})

test('every figure has its table and how it is worked out', async () => {
	for (const act of ['看表格', '怎么算的']) {
		await owner.page.getByRole('button', { name: `${act}: 一周一周地看` }).click()
		const sheet = owner.page.getByRole('dialog')
		await sheet.waitFor()
		await owner.page.waitForTimeout(300)
		await axe(owner.page, act)
		await owner.page.keyboard.press('Escape')
		await sheet.waitFor({ state: 'hidden' })
	}
})

test('kept, it stands in 今天 and has a thermometer of its own', async () => {
	await owner.page.getByRole('button', { name: '留下', exact: true }).click()
	let early = true /* the page is there before the first line is: it looks again by itself */
	const report = /\/thermometer\/groups\/\d+$/
	await owner.page.route(report, async route => {
		if (!early)
			return route.continue()
		early = false
		const answer = await route.fetch()
		await route.fulfill({ response: answer, json: { ...await answer.json(), bringing: true, messages: 0 } })
	})
	await owner.page.getByRole('button', { name: '留下它' }).click()
	await owner.page.waitForURL(/\/thermometer\/\d+$/)
	await owner.page.getByText('这份记录还在收进来').waitFor()
	await owner.page.getByRole('heading', { name: '值得问候' }).waitFor()
	await owner.page.unroute(report)
	await owner.go('/today')
	await owner.page.getByText('河边骑行').last().waitFor()
	await axe(owner.page, '/today')
	const desk = await person(browser, hearth, { size: DESK, locale: 'en-GB' })
	await desk.context.addCookies(await owner.context.cookies())
	await desk.go('/today')
	await desk.page.getByText('河边骑行').last().click()
	await desk.page.getByRole('heading', { name: 'Who carries the talk' }).waitFor()
	await axe(desk.page, 'a kept group, desktop, English')
	desk.quiet()
	await desk.context.close()
})

test('the console stayed empty', () => owner.quiet())
