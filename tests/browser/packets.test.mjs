/*
 * Red packets as people see them: sent, opened, listed, checked, kept without a network, never sent or taken twice, in large
 * type, by keyboard, in both languages, at 320 px; points and their journal; a group that is dissolved.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { axe, bubble, composer, DESK, firstRun, join, openChromium, PHONE, person, say, startHearth, tooWide, violations } from './hearth.mjs'

let hearth, browser, owner, lin, group, here, ids

const api = (who, method, path, body) => who.page.evaluate(([method, path, body]) => fetch('/api/v1' + path, {
	method, headers: { 'Content-Type': 'application/json' }, body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
}).then(async answer => ({ status: answer.status, ...await answer.json() })), [method, path, body])

let sent = 0
/* A packet of somebody's other device. */
async function packetOf(who, more = {}) {
	const { commitment } = await api(who, 'GET', `${here}/packets/terms`)
	const nonce = [...crypto.getRandomValues(new Uint8Array(32))].map(byte => byte.toString(16).padStart(2, '0')).join('')
	const answer = await api(who, 'POST', `${here}/packets`, { id: `test-${++sent}`, kind: 'lucky', sum: 200, shares: 2, message: `第 ${sent} 个`, for: [], commitment, nonce, ...more })
	assert.equal(answer.status, 200, JSON.stringify(answer))
	return answer.packet
}
const packetsOf = async who => (await api(who, 'GET', `${here}/packets`)).packets
const available = async who => (await api(who, 'GET', '/wallet')).wallets[0].available
const card = (page, words) => page.locator('.p-card', { hasText: words })

before(async () => {
	hearth = await startHearth()
	browser = await openChromium()
	owner = await person(browser, hearth)
	lin = await person(browser, hearth)
	group = await firstRun(owner, hearth)
	here = `/groups/${group.id}`
	await join(lin, group.link, '小林')
	await owner.go(here)
	await composer(owner.page).waitFor()
	ids = { owner: (await api(owner, 'GET', '/me')).id, lin: (await api(lin, 'GET', '/me')).id }
})
after(async () => {
	await browser?.close()
	await hearth?.stop()
})

test('the button says what is missing, the field what is too much, the sheet what will happen', async () => {
	const { page } = owner
	await page.getByRole('button', { name: '加图片或红包' }).click()
	await page.getByRole('link', { name: '发红包' }).click()
	await page.waitForURL('**/packets/new')
	const press = page.getByRole('button', { name: '发红包' })
	await press.click()
	await page.getByText('写一下多少积分。').waitFor()
	await page.getByText('写一下分几份。').waitFor()
	await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'sum')
	await page.locator('[name=sum]').fill('8.8.8')
	await page.getByText('最多两位小数').waitFor()
	await page.locator('[name=sum]').fill('500')
	await page.getByText('你有 100.00 积分，不够。').waitFor()
	await page.locator('[name=shares]').fill('101')
	await page.getByText('最多 100 份。').waitFor()
	await page.locator('[name=sum]').fill('8.80')
	await page.locator('[name=shares]').fill('2')
	await page.locator('[name=message]').fill('路上喝口热的')
	await axe(page, 'the form')
	await press.click()
	const sheet = page.getByRole('dialog', { name: '发这个红包？' })
	await sheet.getByText('共 8.80 积分，分 2 份。24 小时没抢完的退回给你。').waitFor()
	await page.waitForTimeout(300)
	await axe(page, 'the sheet that asks')
	await sheet.getByRole('button', { name: '发 8.80 积分' }).click()
	await page.waitForURL(`**${here}`)
	await card(page, '路上喝口热的').waitFor()
	assert.match(await card(page, '路上喝口热的').getAttribute('aria-label'), /^我的红包, 路上喝口热的, 拼手气红包, 可以拆, \d\d:\d\d$/)
})

test('the list of groups shows it and counts it unread', async () => {
	const away = await person(browser, hearth)
	await away.context.addCookies(await lin.context.cookies())
	await away.go('/groups')
	await away.page.locator('.g-row', { hasText: '[红包] 路上喝口热的' }).waitFor()
	away.quiet()
	await away.context.close()
})

test('one tap, one button, then the sum and who got what; the sender reads one line', async () => {
	const { page } = lin
	await card(page, '路上喝口热的').click()
	const popup = page.getByRole('dialog', { name: '云妹 的红包' })
	await popup.waitFor()
	await page.waitForTimeout(300)
	await axe(page, 'the popup')
	await popup.getByRole('button', { name: '拆红包' }).click()
	await page.waitForURL(/packets\/\d+$/)
	await page.getByText('已抢 1/2 份').waitFor()
	const { mine } = (await packetsOf(lin))[0]
	await page.locator('.pp-head').getByText((mine.amount / 100).toFixed(2), { exact: true }).waitFor()
	await page.goBack()
	await card(page, '路上喝口热的').getByText(`已拆 ${(mine.amount / 100).toFixed(2)}`).waitFor()
	await page.getByRole('log').getByText('你拆了 云妹 的红包').waitFor()
	await owner.page.getByRole('log').getByText('小林 拆了你的红包').waitFor()
	await page.reload()
	await card(page, '路上喝口热的').getByText('已拆').waitFor()
	await card(page, '路上喝口热的').click()
	await page.waitForURL(/packets\/\d+$/)
	assert.equal(await page.locator('.open-button').count(), 0)
	const other = await person(browser, hearth)
	await other.context.addCookies(await lin.context.cookies())
	await other.go(here)
	await card(other.page, '路上喝口热的').getByText('已拆').waitFor()
	other.quiet()
	await other.context.close()
})

test('the list fills by itself; the luckiest is named when all is taken; every share is worked out again here', async () => {
	const { page } = lin
	assert.equal(await page.getByText('手气最好').count(), 0)
	await page.getByRole('button', { name: '这个红包公平吗' }).click()
	await page.getByText('等抢完或到了时间').waitFor()
	await page.keyboard.press('Escape')
	const [packet] = await packetsOf(owner)
	assert.equal((await api(owner, 'POST', `${here}/packets/${packet.id}/grab`)).outcome, 'got')
	await page.getByText('已抢 2/2 份').waitFor()
	await page.getByText('手气最好').waitFor()
	const { grabs, packet: whole } = await api(owner, 'GET', `${here}/packets/${packet.id}`)
	const most = grabs.reduce((a, b) => b.amount > a.amount ? b : a)
	assert.equal(whole.luckiest, most.account)
	await page.locator('.pp-list li', { hasText: '手气最好' }).getByText((most.amount / 100).toFixed(2)).waitFor()
	await axe(page, 'a packet')
	await page.getByRole('button', { name: '这个红包公平吗' }).click()
	const sheet = page.getByRole('dialog', { name: '这个红包公平吗' })
	await sheet.getByText('每一份都对得上').waitFor()
	await sheet.getByText(whole.secret).waitFor()
	await sheet.getByText('谁先谁后').waitFor()
	await page.waitForTimeout(300)
	await axe(page, 'the sheet on fairness')
	await page.keyboard.press('Escape')
})

test('a server that tells another secret is found out', async () => {
	const { page } = lin
	await page.route('**/api/v1/groups/*/packets/*', async route => {
		const answer = await route.fetch(), told = await answer.json()
		told.packet.secret = '00'.repeat(32)
		await route.fulfill({ response: answer, json: told })
	})
	await page.reload()
	await page.getByRole('button', { name: '这个红包公平吗' }).click()
	await page.getByText('对不上：公布的秘密不是当初定下的那一个').waitFor()
	await page.unroute('**/api/v1/groups/*/packets/*')
})

test('without a network it keeps; an answer that is lost is asked for again, and counts once', async () => {
	const { page } = lin
	await lin.go(here)
	const id = await packetOf(owner)
	await card(page, `第 ${sent} 个`).click()
	await lin.setOffline(true)
	const popup = page.getByRole('dialog', { name: '云妹 的红包' })
	await popup.getByRole('button', { name: '拆红包' }).click()
	await popup.getByText(/先留着，明天 \d\d:\d\d 前都能拆/).waitFor()
	await page.keyboard.press('Escape')
	await lin.setOffline(false)
	assert.equal((await packetsOf(owner))[0].taken, 0)
	let lost = 0
	await page.route('**/grab', async route => {
		if (lost++)
			return route.continue()
		await route.fetch()
		await route.abort('internetdisconnected')
	})
	await card(page, `第 ${sent} 个`).click()
	await popup.getByRole('button', { name: '拆红包' }).click()
	await popup.getByText('还没等到回音').waitFor()
	await page.waitForURL(`**/packets/${id}`)
	await page.getByText('已抢 1/2 份').waitFor()
	assert.ok(lost > 1, `${lost} times asked`)
	await page.unroute('**/grab')
})

async function fill(page, { sum = '2', shares = '2', message }) {
	await page.locator('[name=sum]').fill(sum)
	await page.locator('[name=shares]').fill(shares)
	await page.locator('[name=message]').fill(message)
	await page.getByRole('button', { name: '发红包' }).click()
	await page.getByRole('button', { name: /^发 .* 积分$/ }).click()
}

test('an answer to sending that is lost: said, asked again with the same id, also over a reload, sent once', async () => {
	const { page } = owner
	const had = await available(owner), count = (await packetsOf(owner)).length
	const bodies = []
	let open = false
	await page.route(`**/api/v1${here}/packets`, async route => {
		bodies.push(route.request().postDataJSON())
		if (open)
			return route.continue()
		if (bodies.length === 1)
			await route.fetch()
		await route.abort('internetdisconnected')
	})
	await owner.go(`${here}/packets/new`)
	await fill(page, { message: '只发一次' })
	await page.getByText('还不知道成没成，正在查。不会重复扣。').waitFor()
	await page.reload()
	await owner.go(here)
	await page.getByText('你的红包（2.00 积分）还不知道成没成').waitFor()
	open = true
	await page.getByText('还不知道成没成').waitFor({ state: 'detached' })
	await card(page, '只发一次').waitFor()
	assert.equal(new Set(bodies.map(body => body.id + body.nonce)).size, 1)
	assert.equal((await packetsOf(owner)).length, count + 1)
	assert.equal(await available(owner), had - 200)
	await page.unroute(`**/api/v1${here}/packets`)
})

test('another device used the promise: a fresh one is taken without a word, with a fresh random number', async () => {
	const { page } = owner
	const bodies = []
	page.on('request', request => request.method() === 'POST' && request.url().endsWith(`${here}/packets`) && bodies.push(request.postDataJSON()))
	await owner.go(`${here}/packets/new`)
	await page.locator('[name=sum]').waitFor()
	const other = await person(browser, hearth)
	await other.context.addCookies(await owner.context.cookies())
	await other.go('/groups')
	await packetOf(other)
	await other.context.close()
	await fill(page, { message: '新的承诺' })
	await page.waitForURL(`**${here}`)
	await card(page, '新的承诺').waitFor()
	assert.equal(bodies.length, 2)
	assert.equal(bodies[0].id, bodies[1].id)
	assert.notEqual(bodies[0].nonce, bodies[1].nonce)
	assert.notEqual(bodies[0].commitment, bodies[1].commitment)
	await card(page, '新的承诺').click()
	await page.getByRole('dialog').getByRole('button', { name: '关上' }).click()
	const [packet] = await packetsOf(owner)
	assert.equal(packet.message, '新的承诺')
	await owner.go(`${here}/packets/${packet.id}`)
	await page.getByRole('button', { name: '这个红包公平吗' }).click()
	await page.getByText('和这台设备发出时记下的一样').waitFor()
})

test('a refusal stands under its field', async () => {
	const { page } = owner
	await owner.go(`${here}/packets/new`)
	await page.locator('[name=sum]').waitFor()
	const rest = await available(owner)
	await packetOf(owner, { kind: 'equal', sum: rest - 100, shares: 1, for: [ids.lin] })
	await fill(page, { sum: '5', shares: '1', message: '' })
	await page.getByText('你有 1.00 积分，不够。').waitFor()
	await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'sum')
})

test('for named people: chosen by name; others see for whom', async () => {
	const { page } = lin
	await lin.go(`${here}/packets/new`)
	await page.getByRole('radio', { name: /指定的人/ }).check()
	await page.getByRole('button', { name: '发红包' }).click()
	await page.getByText('还没选人。').waitFor()
	await page.locator('[name=for]').click()
	const sheet = page.getByRole('dialog', { name: '给谁' })
	await sheet.getByRole('checkbox', { name: '云妹' }).check()
	await sheet.getByRole('button', { name: '选好了（1 人）' }).click()
	await page.locator('[name=sum]').fill('1.50')
	await page.locator('[name=message]').fill('给群主')
	await page.getByRole('button', { name: '发红包' }).click()
	await page.getByText('只有 云妹 能拆。').waitFor()
	await page.getByRole('button', { name: '发 1.50 积分' }).click()
	await page.waitForURL(`**${here}`)
	await card(page, '给群主').getByText('等人来拆').waitFor()
	await card(page, '给群主').click()
	await page.getByText('这个红包是给 云妹 的。').waitFor()
})

test('what came of it is said: too late, and the board of the day, until the owner turns it off', async () => {
	const { page } = lin
	const id = await packetOf(lin, { sum: 100, shares: 1, message: '手慢无' })
	await api(owner, 'POST', `${here}/packets/${id}/grab`)
	await lin.go(`${here}/packets/${id}`)
	await page.getByText('来晚一步，已经抢完了。').waitFor()
	await page.getByRole('link', { name: '今天的红包榜' }).click()
	await page.waitForURL('**/packets')
	await page.locator('ol .row', { hasText: '云妹' }).waitFor()
	await axe(page, 'the board')
	await owner.go(`${here}/manage`)
	await owner.page.getByRole('switch', { name: /今天的红包榜/ }).click()
	await owner.page.waitForFunction(() => document.querySelectorAll('[role=switch]:checked').length === 0)
	await page.reload()
	await page.getByText('群主关了这个榜。').waitFor()
})

test('by keyboard alone: to the card, open, close, and back on the card', async () => {
	const { page } = lin
	await lin.go(here)
	await composer(page).waitFor()
	const id = await packetOf(owner, { sum: 2, shares: 2, message: '用键盘' })
	await card(page, '用键盘').waitFor()
	await page.locator('[data-row] [data-focus][tabindex="0"]').focus()
	await page.waitForFunction(() => document.activeElement?.classList.contains('p-card'))
	await page.keyboard.press('Enter')
	await page.getByRole('dialog', { name: '云妹 的红包' }).waitFor()
	await page.waitForFunction(() => document.activeElement?.classList.contains('open-button'))
	for (let n = 0; n < 4; n++) {
		await page.keyboard.press('Tab')
		assert.ok(await page.evaluate(() => !!document.activeElement?.closest('[role=dialog]')), 'the focus stays inside')
	}
	await page.keyboard.press('Escape')
	await page.waitForFunction(() => document.activeElement?.classList.contains('p-card'))
	await page.keyboard.press('Enter')
	await page.waitForFunction(() => document.activeElement?.classList.contains('open-button'))
	await page.keyboard.press('Enter')
	await page.waitForURL(`**/packets/${id}`)
	await page.goBack()
	await page.waitForURL(`**${here}`)
})

describe('large type', () => {
	let big
	before(async () => {
		big = await person(browser, hearth, { look: { large: true, step: 24 } })
		await big.context.addCookies(await lin.context.cookies())
		await big.context.addInitScript(() => {
			window.said = []
			Object.defineProperty(window, 'speechSynthesis', { value: { speak: words => window.said.push(words.text), cancel() {} } })
			window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } }
		})
	})
	after(() => big.context.close())

	test('one packet, one button of a quarter of the screen, one tap; spoken when touched', async () => {
		const { page } = big
		/* Whatever was open to him before is taken, so that what follows is all there is. */
		await lin.go('/groups')
		for (const packet of (await api(lin, 'GET', '/packets')).packets)
			await api(lin, 'POST', `/groups/${packet.group}/packets/${packet.id}/grab`)
		await big.go('/packets')
		await page.getByText('现在没有能拆的红包').waitFor()
		assert.equal(await page.locator('.lp-button').count(), 0)
		await axe(page, 'large type, none')
		await packetOf(owner, { sum: 2, shares: 2, message: '自己出现' })
		await page.getByText('自己出现').waitFor()
		const button = page.getByRole('button', { name: '拆红包' }), box = await button.boundingBox()
		assert.ok(box.width * box.height >= PHONE.width * PHONE.height / 4, `${box.width} × ${box.height}`)
		for (const other of await page.locator('.lp-act').all())
			assert.ok((await other.boundingBox()).height >= 60)
		await packetOf(owner, { sum: 2, shares: 2, message: '第二个' })
		await page.getByText('还有 1 个没拆').waitFor()
		await page.getByRole('button', { name: '念出来' }).click()
		assert.match((await page.evaluate(() => window.said)).at(-1), /骑行群。云妹 发的红包。自己出现。还有 1 个没拆/)
		await axe(page, 'large type, one')
		await button.click()
		await page.locator('.lp-figure').waitFor()
		await axe(page, 'large type, the result')
		await page.locator('.lp-result').click()
		assert.match((await page.evaluate(() => window.said)).at(-1), /^抢到 0\.01 积分$/)
		await page.getByRole('button', { name: '再拆一个' }).click()
		await page.getByText('第二个').waitFor()
		await page.getByRole('button', { name: '拆红包' }).click()
		await page.locator('.lp-figure').waitFor()
		await page.getByRole('button', { name: '好' }).click()
		await page.getByText('现在没有能拆的红包').waitFor()
	})

	test('the first page has it among its four big things', async () => {
		await big.go('/home')
		await big.page.locator('.thing').nth(3).waitFor()
		assert.equal(await big.page.locator('.thing').count(), 4)
		await big.page.getByRole('link', { name: '红包' }).click()
		await big.page.waitForURL('**/packets')
		big.quiet()
	})
})

test('points: what I have, the journal, the help', async () => {
	const { page } = lin
	await lin.go('/me/wallet')
	await page.getByText('进来时送的').waitFor()
	await page.getByText('拆到的红包').first().waitFor()
	await page.getByRole('button', { name: '红包是怎么分的' }).click()
	await page.getByText('积分买不到').waitFor()
	await page.keyboard.press('Escape')
	await axe(page, 'points')
	/* The till seals once a second. */
	await page.waitForTimeout(1500)
	await page.getByRole('button', { name: /的证明/ }).last().click()
	const sheet = page.getByRole('dialog', { name: /的证明/ })
	await sheet.getByText(/记进流水的链里|在签过名的流水里/).waitFor()
	await page.waitForTimeout(300)
	await axe(page, 'a proof')
	const [file] = await Promise.all([page.waitForEvent('download'), sheet.getByRole('button', { name: '下载证明' }).click()])
	assert.match(file.suggestedFilename(), /^流水证明-\d+\.json$/)
	await page.keyboard.press('Escape')
})

test('the site’s owner gives points, once', async () => {
	const { page } = owner
	const had = await available(lin)
	await owner.go('/site')
	await page.locator('[name=account]').click()
	await page.getByRole('dialog', { name: '给谁' }).getByRole('button', { name: '小林' }).click()
	await page.locator('[name=amount]').fill('12.50')
	await page.getByRole('button', { name: '给 12.50 积分' }).click()
	const sheet = page.getByRole('dialog', { name: '给 小林 12.50 积分？' })
	await sheet.getByRole('button', { name: '给 12.50 积分' }).click()
	await page.getByText('给了 小林 12.50 积分。').waitFor()
	assert.equal(await available(lin), had + 1250)
	await page.locator('[name=shares_max]').fill('2000')
	await page.getByRole('button', { name: '存好' }).click()
	await page.getByText('写 1 到 1000 之间的数。').waitFor()
})

const WAYS = {
	'phone, English, dark': { size: PHONE, locale: 'en-GB', dark: true },
	'desktop, 中文': { size: DESK, locale: 'zh-CN' },
	'large type 30, English': { size: PHONE, locale: 'en-GB', look: { large: true, step: 30 } },
	'320 wide, English': { size: { width: 320, height: 640 }, locale: 'en-GB' },
	'320 wide, large type, 中文': { size: { width: 320, height: 640 }, locale: 'zh-CN', look: { large: true, step: 24 } },
}
for (const [way, how] of Object.entries(WAYS))
	test(`no violation and nothing too wide: ${way}`, async () => {
		const who = await person(browser, hearth, how), wrong = []
		await who.context.addCookies(await lin.context.cookies())
		const [first] = await packetsOf(lin)
		for (const path of [here, '/packets', `${here}/packets`, `${here}/packets/${first.id}`, `${here}/packets/new`, `/packets/${first.id}?group=${group.id}`, '/packets/999999', '/me/wallet', '/me/look']) {
			await who.go(path)
			await who.still()
			await who.page.locator('[aria-busy=true]').waitFor({ state: 'detached' }).catch(() => {})
			/* Whether a share is mine is asked for once the cards are drawn. */
			await who.still()
			const wide = await tooWide(who.page)
			wrong.push(...[...await violations(who.page), ...wide ? [`${wide} px too wide`] : []].map(line => `${path}: ${line}`))
		}
		assert.deepEqual(wrong, [])
		who.quiet()
		await who.context.close()
	})

test('the number counts up for those who want motion, and a tap ends it; sound is off until chosen', async () => {
	const moving = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', reducedMotion: 'no-preference' })
	await moving.addCookies(await lin.context.cookies())
	const page = await moving.newPage()
	await page.addInitScript(() => {
		window.tones = 0
		const real = AudioContext.prototype.createOscillator
		AudioContext.prototype.createOscillator = function () {
			window.tones++
			return real.call(this)
		}
	})
	await page.goto(hearth.url + here)
	await composer(page).waitFor()
	await packetOf(owner, { kind: 'equal', sum: 10, shares: 1, message: '数一数' })
	await card(page, '数一数').click()
	await page.getByRole('dialog').getByRole('button', { name: '拆红包' }).click()
	await page.waitForURL(/packets\/\d+$/, { timeout: 3000 })
	assert.equal(await page.evaluate(() => window.tones), 0)
	await page.goto(`${hearth.url}/me/look`)
	await page.getByRole('switch', { name: /声音/ }).click()
	assert.ok(await page.evaluate(() => window.tones) > 0)
	await page.getByRole('switch', { name: /动画/ }).click()
	await page.waitForFunction(() => 'still' in document.documentElement.dataset)
	await moving.close()
})

test('dissolved: nobody speaks any more, what was not taken went back, what was said can be read', async () => {
	const { page } = owner
	await owner.go(here)
	await composer(page).waitFor()
	await say(page, '大家保重')
	await bubble(page, '大家保重').waitFor()
	await packetOf(lin, { sum: 300, shares: 3, message: '没人拆' })
	const { posted } = (await api(lin, 'GET', '/wallet')).wallets[0]
	await lin.go(here)
	await composer(lin.page).waitFor()
	await owner.go(`${here}/about`)
	await page.getByRole('button', { name: '解散这个群' }).click()
	const sheet = page.getByRole('dialog', { name: '解散“骑行群”？' })
	await sheet.getByText('没抢完的红包，退回给发的人').waitFor()
	await page.waitForTimeout(300)
	await axe(page, 'the sheet before dissolving')
	await sheet.getByRole('button', { name: '解散这个群' }).click()
	await page.waitForURL(`**${here}`)
	for (const who of [owner, lin]) {
		await who.page.locator('.c-closed', { hasText: '群主解散了这个群' }).waitFor()
		await bubble(who.page, '大家保重').waitFor()
		assert.equal(await composer(who.page).count(), 0)
	}
	assert.equal(await available(lin), posted)
	await card(lin.page, '没人拆').getByText('退回了').waitFor()
	await lin.page.getByRole('log').getByText('群主解散了这个群').waitFor()
	await lin.page.reload()
	await lin.page.locator('.c-closed', { hasText: '群主解散了这个群' }).waitFor()
})

test('the consoles stayed empty and nothing left the server', () => {
	owner.quiet()
	lin.quiet()
})
