/* Member lists of a group that lives elsewhere: pasted, taken away with Undo, and what is inferred from them said to be. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, DESK, firstRun, openChromium, person, startHearth, tooWide } from './hearth.mjs'

let hearth, browser, owner, hosted, group

/* A file that knows nobody's coming and going. */
function exported() {
	const messages = []
	for (let day = 0; day < 31; day++)
		for (const name of ['甲', '乙', '丙'])
			messages.push({ sender: name, accountName: name, timestamp: Date.UTC(2024, 2, 1 + day, 12) / 1000, type: 0, content: `第 ${day} 天` })
	return { chatlab: { version: '0.0.1', exportedAt: 1711900000 }, meta: { name: '湖边', platform: 'wechat', type: 'group' }, members: [], messages }
}

before(async () => {
	hearth = await startHearth()
	browser = await openChromium()
	owner = await person(browser, hearth)
	hosted = (await firstRun(owner, hearth)).id
	group = await owner.page.evaluate(async file => {
		const api = (path, body) => fetch(`/api/v1/thermometer/files${path}`, body === undefined ? {} : { method: 'POST', body }).then(answer => answer.json())
		const until = async (path, is) => {
			for (let tries = 0; tries < 200; tries++) {
				const view = await api(path)
				if (is(view))
					return
				await new Promise(done => setTimeout(done, 50))
			}
			throw new Error('the file was not read')
		}
		const { id } = await api('?name=lake.json', JSON.stringify(file))
		await until(`/${id}`, view => view.state !== 'reading')
		const kept = await api(`/${id}/keep`, JSON.stringify({ group: 0 }))
		await until(`/${id}`, view => view.keeping && !['waiting', 'bringing'].includes(view.keeping.state))
		return kept.group
	}, exported())
})
after(async () => {
	await browser?.close()
	await hearth?.stop()
})

async function enter(day, names) {
	const { page } = owner
	await page.locator('[name=text]').fill(names)
	await page.locator('[name=at]').fill(day)
	await page.getByRole('button', { name: '记下这份名单' }).click()
	await page.getByText(/记下了 \d+ 个名字/).waitFor()
	await owner.still()
}

test('two lists are pasted, and the thermometer says what is inferred', async () => {
	const { page } = owner
	await owner.go(`/thermometer/${group}`)
	await page.getByText('谁离开了不知道').waitFor()
	await page.getByRole('link', { name: '成员名单' }).click()
	await page.waitForURL('**/members-list')
	await page.getByText('还没有名单。').waitFor()
	await page.getByRole('button', { name: '记下这份名单' }).click()
	await page.getByText('这里还空着。').waitFor()
	await enter('2024-03-10', '甲\n乙、丙，戊')
	await page.getByText('再记一份别的日子的').waitFor()
	await enter('2024-03-25', '甲\n乙\n丁')
	assert.deepEqual(await page.locator('li.row .row-name').allInnerTexts(), ['2024年3月25日', '2024年3月10日'])
	await axe(page, 'member lists')
	assert.equal(await tooWide(page), 0)
	if (process.env.SHOTS)
		await page.screenshot({ path: `${process.env.SHOTS}/lists.png` })
	await owner.go(`/thermometer/${group}`)
	await page.getByText('推算进来 1 次。').waitFor()
	await page.getByText('推算离开 2 次。').waitFor()
	await page.getByText('推算的，不是记录到的：比的是2024年3月10日到2024年3月25日的成员名单。').waitFor()
	await axe(page, 'a thermometer with inferred counts')
	if (process.env.SHOTS)
		await page.locator('section', { hasText: '推算进来' }).last().screenshot({ path: `${process.env.SHOTS}/comego.png` })
})

test('a list is taken away, and Undo brings it back', async () => {
	const { page } = owner
	await owner.go(`/thermometer/${group}/members-list`)
	await page.getByRole('button', { name: '拿走2024年3月10日的名单' }).click()
	await page.getByText('拿走了。').waitFor()
	await owner.still()
	assert.equal(await page.locator('li.row').count(), 1)
	await page.getByRole('button', { name: '恢复' }).click()
	await owner.still()
	assert.deepEqual(await page.locator('li.row .row-second').allInnerTexts(), ['3 个名字', '4 个名字'])
})

test('a group that lives here refuses, and says why', async () => {
	const { page } = owner
	await owner.go(`/thermometer/${hosted}/members-list`)
	await page.getByText('这个群就在这里，谁进来、谁离开，它自己都记着。').waitFor()
})

test('the same in English', async () => {
	const { page } = owner
	await page.evaluate(() => localStorage.setItem('hearth-look', JSON.stringify({ lang: 'en' })))
	await page.setViewportSize(DESK)
	await owner.go(`/thermometer/${group}/members-list`)
	await page.getByText('One name a line, or parted by commas.').waitFor()
	await axe(page, 'member lists in English')
	assert.equal(await tooWide(page), 0)
	await owner.go(`/thermometer/${group}`)
	await page.getByText('One joining is inferred.').waitFor()
	await page.getByText('Inferred, not recorded').waitFor()
	owner.quiet()
})
