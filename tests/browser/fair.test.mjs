/* The web app's red packets against fair.json, which a third hand wrote: what the server draws is what a reader can check. No browser. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { drawer, promiseOf, seedOf, split, verify } from '../../web/src/packet/fair.ts'

const fair = JSON.parse(readFileSync(new URL('../fixtures/packet/fair.json', import.meta.url), 'utf8'))

test('words are passed over and divided as written', () => {
	const { below } = drawer(fair.below.seed)
	assert.equal(fair.below.drawn.length, 9)
	for (const { n, values } of fair.below.drawn)
		assert.deepEqual(values.map(() => below(BigInt(n)).toString()), values, n)
})

test('promises, seeds and shares are as written', () => {
	assert.equal(fair.packets.length, 14)
	for (const p of fair.packets) {
		assert.equal(promiseOf(p.secret), p.promise, p.name)
		assert.equal(seedOf(p.secret, p.nonce, p.id), p.seed, p.name)
		assert.deepEqual(split(p.seed, p), p.split, p.name)
	}
})

test('terms that cannot be met, or not exactly, are refused', () => {
	const good = { kind: 'lucky', sum: 100, shares: 10, share_min: 1, share_max: 200 }
	assert.equal(split(fair.packets[0].seed, good).reduce((a, b) => a + b), 100)
	for (const change of [{ sum: 9 }, { sum: 2001 }, { shares: 0 }, { shares: 1001 }, { shares: 2.5 }, { share_min: 0 }, { share_max: 0 }, { sum: NaN },
		{ kind: 'equal', sum: 101 }, { kind: 'other' }, { sum: 2 ** 53, share_max: 2 ** 53 - 1 }, { sum: '100' }])
		assert.throws(() => split(fair.packets[0].seed, { ...good, ...change }), RangeError, JSON.stringify(change))
})

test('told packets are judged as the server judges them', () => {
	assert.ok(fair.answers.length > 40)
	for (const { name, why, answer } of fair.answers) {
		const verdict = verify(answer)
		assert.equal(verdict.why, why, name)
		assert.equal(verdict.ok, why === '', name)
	}
	const at = name => verify(fair.answers.find(row => row.name === name).answer).at
	assert.equal(at('split'), 2)
	assert.equal(at('split too long'), 6)
	assert.equal(at('amount'), 1)
	assert.equal(at('place left out'), -1)
	assert.equal(verify({}).why, 'unreadable')
	assert.equal(verify(undefined).why, 'unreadable')
})
