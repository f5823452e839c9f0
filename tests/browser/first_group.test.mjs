/* From the first link to two people talking: first run, founding, invitation, joining, live talk, offline, picture, recall. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { axe, bubble, composer, DESK, firstRun, join, openChromium, person, say, startHearth } from './hearth.mjs'

let hearth, browser, owner, guest, group

before(async () => {
	hearth = await startHearth()
	browser = await openChromium()
	owner = await person(browser, hearth, { size: DESK })
	guest = await person(browser, hearth)
})
after(async () => {
	await browser?.close()
	await hearth?.stop()
})

/* A PNG of one colour, made here. */
function png(width, height) {
	const table = Array.from({ length: 256 }, (_, n) => {
		for (let k = 0; k < 8; k++)
			n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
		return n >>> 0
	})
	const crc = bytes => {
		let c = 0xffffffff
		for (const byte of bytes)
			c = table[(c ^ byte) & 255] ^ (c >>> 8)
		return (c ^ 0xffffffff) >>> 0
	}
	const chunk = (kind, data) => {
		const out = Buffer.alloc(12 + data.length)
		out.writeUInt32BE(data.length)
		out.write(kind, 4)
		data.copy(out, 8)
		out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length)
		return out
	}
	const head = Buffer.alloc(13)
	head.writeUInt32BE(width)
	head.writeUInt32BE(height, 4)
	head.set([8, 2, 0, 0, 0], 8)
	const rows = Buffer.concat(Array.from({ length: height }, () => Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 0x99)])))
	return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

test('the first link leads through the first run to a QR code', async () => {
	group = await firstRun(owner, hearth)
	const qr = owner.page.locator('svg.qr').first()
	await qr.waitFor()
	const box = await qr.boundingBox()
	assert.ok(box.width >= 240, `the code is ${box.width} px wide`)
	assert.match(await owner.page.locator('.invite-code').innerText(), /这个地址只有这台电脑打得开/)
})

test('the first link works once and says how to get another', async () => {
	await guest.go(hearth.first)
	await guest.page.getByText('这个登录链接用过了').waitFor()
})

test('opening an invitation changes nothing; the button joins', async () => {
	await guest.go(group.link)
	await guest.page.getByRole('heading', { name: '骑行群' }).waitFor()
	assert.equal((await guest.context.cookies()).length, 0)
	const seen = await (await fetch(`${hearth.url}/api/v1/invitations/${group.link.split('/').pop()}`)).json()
	assert.equal(seen.group.members, 1)
	await guest.page.getByRole('button', { name: '进群' }).click()
	await guest.page.getByText('还没写名字').waitFor()
	await join(guest, group.link, '小林')
	assert.ok((await guest.context.cookies()).some(cookie => cookie.name === 'hearth_session' && cookie.httpOnly))
})

test('both talk live', async () => {
	await owner.go(`/groups/${group.id}`)
	await composer(owner.page).waitFor()
	await say(owner.page, '周六早上六点半集合')
	await bubble(guest.page, '周六早上六点半集合').waitFor()
	await say(guest.page, '我带两个轮胎')
	await bubble(owner.page, '我带两个轮胎').waitFor()
})

const saidLike = async (page, start) => (await page.locator('[role=article] .c-text').allInnerTexts()).filter(text => text.startsWith(start))

/* Every write to the outbox takes this long, as on an old phone; until the page is loaded again. */
const slowDisk = (page, ms) => page.evaluate(ms => {
	const { put } = IDBObjectStore.prototype, { commit } = IDBTransaction.prototype
	IDBTransaction.prototype.commit = function () {
		return this.objectStoreNames.contains('outbox') ? undefined : commit.call(this)
	}
	IDBObjectStore.prototype.put = function (...what) {
		const until = Date.now() + ms
		const hold = () => Date.now() < until && (this.count().onsuccess = hold)
		if (this.name === 'outbox')
			hold()
		return put.apply(this, what)
	}
}, ms)

test('sends typed as fast as can be all arrive, in order, and what is being typed stays', async () => {
	await slowDisk(owner.page, 200)
	const words = Array.from({ length: 8 }, (_, n) => `快 ${n + 1}`)
	for (const text of words)
		await say(owner.page, text)
	await composer(owner.page).pressSequentially('还没说完')
	await bubble(guest.page, words.at(-1)).waitFor()
	assert.deepEqual(await saidLike(guest.page, '快 '), words)
	assert.equal(await composer(owner.page).inputValue(), '还没说完')
	await owner.page.reload()
	await composer(owner.page).waitFor()
	await owner.page.waitForFunction(() => document.querySelector('textarea.w-text').value === '还没说完')
})

test('what could not be queued stands again before what was typed since', async () => {
	await owner.page.evaluate(() => {
		const real = crypto.getRandomValues
		crypto.getRandomValues = () => {
			crypto.getRandomValues = real
			throw new DOMException('', 'AbortError')
		}
	})
	await composer(owner.page).press('Enter')
	await composer(owner.page).pressSequentially('等等')
	await owner.page.waitForFunction(() => /^还没说完\n?等等$/.test(document.querySelector('textarea.w-text').value))
	assert.equal(await bubble(owner.page, '还没说完').count(), 0)
	await composer(owner.page).fill('')
})

test('one who was away gets what was said, in order and once', async () => {
	await guest.setOffline(true)
	await say(guest.page, '没有网也先写着')
	await bubble(guest.page, '没有网也先写着').waitFor()
	for (let n = 1; n <= 5; n++)
		await say(owner.page, `第 ${n} 句`)
	await bubble(owner.page, '第 5 句').waitFor()
	await guest.setOffline(false)
	await bubble(guest.page, '第 5 句').waitFor()
	await bubble(owner.page, '没有网也先写着').waitFor()
	assert.deepEqual(await saidLike(guest.page, '第 '), ['第 1 句', '第 2 句', '第 3 句', '第 4 句', '第 5 句'])
	assert.equal(await bubble(owner.page, '没有网也先写着').count(), 1)
})

test('a network that comes and goes quickly loses nothing', async () => {
	const words = Array.from({ length: 8 }, (_, n) => `颠簸 ${n + 1}`)
	for (const [n, text] of words.entries()) {
		await guest.setOffline(true)
		await say(owner.page, text)
		await guest.page.waitForTimeout(n * 40)
		await guest.setOffline(false)
		await guest.page.waitForTimeout((words.length - n) * 20)
	}
	await bubble(guest.page, words.at(-1)).waitFor({ timeout: 10_000 })
	assert.deepEqual(await saidLike(guest.page, '颠簸'), words)
	await say(guest.page, '又稳了')
	await bubble(owner.page, '又稳了').waitFor()
})

test('a socket that never opens is given up after a while, and at once when the network is back', async () => {
	const page = await guest.context.newPage()
	await page.clock.install()
	await page.addInitScript(() => {
		const Real = WebSocket
		window.tried = 0
		window.WebSocket = function (url) {
			return ++window.tried > 2 ? new Real(url) : { readyState: 0, close() {}, send() {} }
		}
		window.WebSocket.OPEN = 1
	})
	await page.goto(`${hearth.url}/groups/${group.id}`)
	await composer(page).waitFor()
	await page.waitForFunction(() => window.tried === 1)
	await page.clock.runFor(11_500)
	await page.waitForFunction(() => window.tried === 2)
	await page.evaluate(() => window.dispatchEvent(new Event('online')))
	await page.waitForFunction(() => window.tried === 3)
	await say(owner.page, '这下通了')
	await bubble(page, '这下通了').waitFor()
	await page.close()
})

test('deflated frames keep their place among the others, and a damaged one is asked for again', async () => {
	const page = await guest.context.newPage()
	let deflated = 0, cut = 0
	await page.routeWebSocket(/live/, socket => {
		const server = socket.connectToServer()
		socket.onMessage(said => server.send(said))
		server.onMessage(said => {
			deflated += typeof said !== 'string'
			socket.send(typeof said !== 'string' && !cut++ ? said.subarray(0, said.length / 2) : said)
		})
	})
	await page.goto(`${hearth.url}/groups/${group.id}`)
	await bubble(page, '又稳了').waitFor()
	await say(owner.page, '长话先说')
	await bubble(page, '长话先说').waitFor()
	const words = Array.from({ length: 12 }, (_, n) => `长话 ${n}` + (n % 2 ? '' : '，周末一起骑车的人，集合不迟到。'.repeat(20)))
	for (const text of words)
		await say(owner.page, text)
	await bubble(page, '长话 11').waitFor()
	await page.waitForFunction(last => [...document.querySelectorAll('[role=article] .c-text')].some(e => e.innerText === last), words.at(-1))
	assert.deepEqual(await saidLike(page, '长话 '), words)
	/* What followed the damaged one may all have come by being asked for: then the next ones show that packing goes on. */
	for (let n = 12; n < 20 && deflated < 2; n++) {
		const text = `长话 ${n}，周末一起骑车的人，集合不迟到。`.repeat(20)
		await say(owner.page, text)
		await bubble(page, `长话 ${n}，`).waitFor()
	}
	assert.ok(cut && deflated > 1, `${deflated} deflated, ${cut} of them seen`)
	await page.close()
})

const asGuest = (method, path, body, on = guest.page) => on.evaluate(([method, path, body]) => fetch(`/api/v1${path}`,
	{ method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).then(answer => answer.ok), [method, path, body])

test('own news that were missed are told again; when they are too many, all is read anew', async () => {
	await guest.page.goto('about:blank') /* two pages of one browser write down how far they are in the same place */
	const page = await guest.context.newPage()
	let lose = 0, ahead = 0
	await page.routeWebSocket(/live/, socket => {
		const server = socket.connectToServer()
		socket.onMessage(said => server.send(said))
		server.onMessage(said => {
			if (lose && said.startsWith?.('{"me":') && lose--)
				return
			socket.send(ahead ? String(said).replace(/"me":(\d+)}}$/, (_, n) => `"me":${Number(n) + ahead}}}`) : said)
		})
	})
	await page.goto(`${hearth.url}/me`)
	await page.getByText('小林').first().waitFor()
	await page.waitForLoadState('networkidle')
	lose = 1
	assert.ok(await asGuest('PATCH', '/me', { name: '林小' }, page))
	assert.ok(await asGuest('PUT', `/groups/${group.id}/mute`, { for: 'hour' }, page))
	await page.getByText('林小').first().waitFor()
	let lists = 0
	page.on('request', request => lists += request.url().endsWith('/api/v1/groups'))
	/* Once because the page opens, once more because of what the socket says a moment later. */
	const readTwice = async why => {
		for (let n = 0; n < 100 && lists < 2; n++)
			await page.waitForTimeout(100)
		assert.ok(lists >= 2, `read ${lists} times when ${why}`)
	}
	ahead = 1000
	await page.reload()
	await readTwice('far behind')
	await page.waitForTimeout(1000) /* how far one has come is written down a moment later */
	ahead = 0
	lists = 0
	await page.reload()
	await readTwice('the server was set back')
	assert.ok(await asGuest('PUT', `/groups/${group.id}/mute`, { for: 'none' }, page) && await asGuest('PATCH', '/me', { name: '小林' }, page))
	await page.getByText('小林').first().waitFor()
	await page.close()
	await guest.go(`/groups/${group.id}`)
	await composer(guest.page).waitFor()
})

test('a picture arrives and opens', async () => {
	await guest.page.locator('input[type=file]').setInputFiles({ name: 'tyre.png', mimeType: 'image/png', buffer: png(640, 480) })
	await guest.page.locator('.w-pictures canvas').waitFor()
	await guest.page.getByRole('button', { name: '发送' }).click()
	const picture = owner.page.locator('.c-picture img')
	await picture.waitFor()
	await owner.page.waitForFunction(() => {
		const image = document.querySelector('.c-picture img')
		return image && image.complete && image.naturalWidth > 0
	})
	await owner.page.locator('.c-picture').click()
	await owner.page.getByRole('dialog').waitFor()
	await owner.page.keyboard.press('Escape')
	await owner.page.getByRole('dialog').waitFor({ state: 'hidden' })
})

test('a recalled message goes from both', async () => {
	await say(owner.page, '说错了的话')
	await bubble(guest.page, '说错了的话').waitFor()
	await bubble(owner.page, '说错了的话').click({ button: 'right' })
	await owner.page.getByRole('menuitem', { name: '撤回' }).click()
	await owner.page.getByRole('log').getByText('你撤回了一条消息').waitFor()
	await guest.page.getByRole('log').getByText('云妹 撤回了一条消息').waitFor()
	assert.equal(await bubble(guest.page, '说错了的话').count(), 0)
})

test('another device comes in when the first one says yes', async () => {
	const phone = await person(browser, hearth)
	await owner.go('/me/devices')
	await owner.page.getByRole('button', { name: '出示二维码' }).click()
	const link = new URL(await owner.page.locator('.address').innerText()).pathname
	await phone.go(link)
	await phone.page.getByRole('button', { name: '以云妹登录' }).click()
	await owner.page.getByRole('dialog', { name: '让这台设备进来？' }).waitFor()
	await owner.page.getByRole('button', { name: '让它进来' }).click()
	await phone.page.waitForURL('**/groups')
	await phone.page.getByText('骑行群').first().waitFor()
	phone.quiet()
	await phone.context.close()
})

test('an invitation that needs a yes waits, and its page turns by itself', async () => {
	const asker = await person(browser, hearth, { locale: 'en-GB' })
	await owner.go(`/groups/${group.id}/invite`)
	await owner.page.getByRole('switch', { name: /进群要我同意/ }).click()
	await owner.page.locator('[role=switch]:checked').waitFor({ state: 'attached' })
	await asker.go(group.link)
	await asker.page.locator('input[name=name]').fill('Anneliese')
	await asker.page.getByRole('button', { name: 'Ask to join' }).click()
	await asker.page.getByText('The owner has been told').waitFor()
	await owner.go(`/groups/${group.id}/manage`)
	await owner.page.getByRole('button', { name: '让进来：Anneliese' }).click()
	await asker.page.waitForURL(`**/groups/${group.id}`)
	asker.quiet()
	await asker.context.close()
})

/* Ten lines of two people, brought into a group by its owner's page. */
const bringHistory = (page, group) => page.evaluate(async group => {
	const call = (path, how) => fetch(`/api/v1${path}`, how).then(answer => answer.json())
	const file = async done => {
		for (;;) {
			const view = await call(`/thermometer/files/${id}`)
			if (done(view))
				return view
			await new Promise(next => setTimeout(next, 50))
		}
	}
	const messages = Array.from({ length: 10 }, (_, n) => ({ id: n + 1, type: 'message', date: '2024-01-01T12:00:00', date_unixtime: String(1704110400 + n * 60),
		from: n % 3 ? '老林' : '阿福', from_id: `user${n % 3 ? 2 : 1}`, text: `从前第 ${n + 1} 句` }))
	const { id } = await call('/thermometer/files?name=result.json', { method: 'POST', body: JSON.stringify({ name: '河边', type: 'private_group', id: 1, messages }) })
	await file(view => view.state === 'done')
	await call(`/thermometer/files/${id}/keep`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ group: 0, into: group }) })
	await file(view => view.keeping?.state === 'done')
}, group)

test('a member says which name of the history was his; the owner hears of it and answers', async () => {
	await owner.go(`/groups/${group.id}/names`)
	await owner.page.getByText('这里会有以前的聊天里的名字').waitFor()
	await axe(owner.page, 'no names yet')
	await bringHistory(owner.page, group.id)
	await owner.go(`/groups/${group.id}`)
	await guest.go(`/groups/${group.id}`)
	await composer(guest.page).waitFor()
	await guest.page.getByText('从前第 10 句').waitFor({ timeout: 2000 }).catch(() => guest.page.locator('.c-scroll').evaluate(box => box.scrollTop = -box.scrollHeight))
	await guest.page.getByRole('button', { name: '老林，是你吗？' }).first().click()
	const sheet = guest.page.getByRole('dialog', { name: '“老林”是你吗？' })
	await sheet.waitFor()
	await sheet.getByRole('button', { name: '这是我' }).click()
	await owner.page.getByRole('button', { name: '群页，1 件事等你' }).waitFor()
	await owner.go(`/groups/${group.id}/about`)
	await owner.page.getByRole('link', { name: /以前的名字\s*1/ }).click()
	await owner.page.getByText('小林说“老林”是自己').waitFor()
	await axe(owner.page, 'a claim that waits')
	await owner.page.getByRole('button', { name: '是：“老林”是小林' }).click()
	await owner.page.getByText('现在没有人在认名字').waitFor()
	await owner.page.getByText('是小林').waitFor()
	await guest.go(`/groups/${group.id}/names`)
	await guest.page.getByText('这一页只有群主能看').waitFor()
})

test('who is mentioned from his own page stands in the composer', async () => {
	const id = (await owner.page.evaluate(() => fetch('/api/v1/me').then(answer => answer.json()))).id
	await guest.go(`/groups/${group.id}/members/${id}`)
	await guest.page.getByRole('link', { name: '提到云妹' }).click()
	await guest.page.waitForFunction(() => document.querySelector('textarea.w-text')?.value === '@云妹 ')
	await composer(guest.page).fill('')
})

test('leaving is silent, and the chat says it is over', async () => {
	await guest.go(`/groups/${group.id}/about`)
	await guest.page.getByRole('button', { name: '退出' }).click()
	await guest.page.getByText('退出后群里不会有提示').waitFor()
	await guest.page.getByRole('button', { name: '退出这个群' }).click()
	await guest.page.waitForURL('**/groups')
	await owner.go(`/groups/${group.id}`)
	await composer(owner.page).waitFor()
	assert.equal(await owner.page.getByText('小林 退出').count(), 0)
})

test('the consoles stayed empty and nothing left the server', () => {
	owner.quiet()
	guest.quiet()
})
