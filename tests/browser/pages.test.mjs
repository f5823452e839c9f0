/* Every page of this slice, in both languages, on a phone and a desktop, in the dark and in large type: axe, width, console. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { axe, composer, DESK, firstRun, join, openChromium, PHONE, person, say, startHearth, tooWide, violations } from './hearth.mjs'

let hearth, browser, group, cookies

before(async () => {
	hearth = await startHearth()
	browser = await openChromium()
	const owner = await person(browser, hearth)
	group = await firstRun(owner, hearth, { group: '一个名字很长的骑行群，周末从河边出发，路上慢慢骑', ground: '周末一起骑车的人' })
	const guest = await person(browser, hearth)
	await join(guest, group.link, 'محمد بن عبد الله الطويل جدا')
	await say(guest.page, 'مرحبا')
	await owner.go(`/groups/${group.id}`)
	await composer(owner.page).waitFor()
	await say(owner.page, '周六早上六点半集合')
	cookies = await owner.context.cookies()
	await guest.context.close()
	await owner.context.close()
})
after(async () => {
	await browser?.close()
	await hearth?.stop()
})

const outside = () => ['/door', group.link, '/i/nothing-here', '/enter/nothing-here', hearth.first]
const inside = () => ['/groups', `/groups/${group.id}`, '/groups/new', `/groups/${group.id}/about`, `/groups/${group.id}/members`, `/groups/${group.id}/invite`,
	`/groups/${group.id}/names`, `/groups/${group.id}/manage`, '/today', '/thermometer/new', `/thermometer/${group.id}`, `/thermometer/${group.id}/silence`, `/thermometer/${group.id}/newcomers`, `/thermometer/${group.id}/failings/ego`, `/thermometer/${group.id}/source`,
	'/me', '/me/look', '/me/notify', '/me/devices', '/me/data', '/site', '/start', '/groups/999999', '/groups/999999/about', '/nowhere', group.link]
const WAYS = {
	'phone, 中文': { size: PHONE, locale: 'zh-CN' },
	'phone, English, dark': { size: PHONE, locale: 'en-GB', dark: true, rare: true },
	'desktop, 中文, dark': { size: DESK, locale: 'zh-CN', dark: true },
	'desktop, English': { size: DESK, locale: 'en-GB', rare: true },
	'large type 24, 中文': { size: PHONE, locale: 'zh-CN', look: { large: true, step: 24 }, home: true, rare: true },
	'large type 30, English': { size: PHONE, locale: 'en-GB', look: { large: true, step: 30 }, home: true },
	'320 wide, English': { size: { width: 320, height: 640 }, locale: 'en-GB' },
}

async function look(who, path) {
	await who.go(path)
	await who.still()
	await who.page.locator('[aria-busy=true]').waitFor({ state: 'detached' }).catch(() => {})
	const wide = await tooWide(who.page)
	return [...await violations(who.page), ...(wide ? [`${wide} px too wide`] : [])].map(line => `${path}: ${line}`)
}

/* All pages are looked at before anything is said, so that one run tells everything. */
async function lookAll(who, paths) {
	const wrong = []
	for (const path of paths)
		wrong.push(...await look(who, path))
	assert.deepEqual(wrong, [])
}

/* Each way takes half a minute; the rare ones are looked at with HEARTH_ALL_WAYS=1, before a release. */
for (const [way, how] of Object.entries(WAYS))
	describe(way, { skip: how.rare && !process.env.HEARTH_ALL_WAYS && 'looked at with HEARTH_ALL_WAYS=1' }, () => {
		test('before signing in', async () => {
			const visitor = await person(browser, hearth, how)
			await lookAll(visitor, outside())
			visitor.quiet()
			await visitor.context.close()
		})
		test('signed in', async () => {
			const owner = await person(browser, hearth, how)
			await owner.context.addCookies(cookies)
			await lookAll(owner, how.home ? ['/home', ...inside()] : inside())
			owner.quiet()
			await owner.context.close()
		})
	})

test('open sheets hold no violation, keep the focus and give it back', async () => {
	const owner = await person(browser, hearth)
	await owner.context.addCookies(cookies)
	await owner.go(`/groups/${group.id}/about`)
	const mute = owner.page.getByRole('button', { name: /免打扰/ })
	await mute.focus()
	await owner.page.keyboard.press('Enter')
	const sheet = owner.page.getByRole('dialog', { name: '免打扰多久' })
	await sheet.waitFor()
	await owner.page.waitForTimeout(300)
	await axe(owner.page, 'the mute sheet')
	for (let n = 0; n < 12; n++) {
		await owner.page.keyboard.press('Tab')
		if (!await sheet.evaluate(box => box.contains(document.activeElement)))
			throw new Error('the focus left the sheet')
	}
	await owner.page.keyboard.press('Escape')
	await sheet.waitFor({ state: 'hidden' })
	await owner.page.waitForFunction(() => /免打扰/.test(document.activeElement?.textContent ?? ''))
	owner.quiet()
	await owner.context.close()
})
