/* The proof of a journal's entry as the web app checks it: against trees built here the plain way (RFC 9162), and changed ones. No browser. */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { leafHash, pathHolds, rootOf, signatureHolds } from '../../web/src/packet/proof.ts'

const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest()
const leaves = Array.from({ length: 40 }, (_, n) => Buffer.from(`entry ${n}`))
const hashes = leaves.map(leaf => sha(Buffer.of(0), leaf))

/* The largest power of two below n. */
const half = n => 2 ** (Math.ceil(Math.log2(n)) - 1)
const tree = list => list.length === 1 ? list[0] : sha(Buffer.of(1), tree(list.slice(0, half(list.length))), tree(list.slice(half(list.length))))
function path(at, list) {
	if (list.length === 1)
		return []
	const k = half(list.length), [left, right] = [list.slice(0, k), list.slice(k)]
	return at < k ? [...path(at, left), tree(right)] : [...path(at - k, right), tree(left)]
}
const hex = list => list.map(each => each.toString('hex'))

test('every leaf of every tree up to 40 leads to its root, and to no other from any other place', () => {
	assert.equal(leafHash(leaves[3].toString('hex')), hashes[3].toString('hex'))
	for (let n = 1; n <= leaves.length; n++) {
		const list = hashes.slice(0, n), root = tree(list).toString('hex')
		for (let at = 0; at < n; at++) {
			const way = hex(path(at, list))
			assert.equal(rootOf(at, n, hex([list[at]])[0], way), root, `${at} of ${n}`)
			if (n > 1) {
				assert.notEqual(rootOf((at + 1) % n, n, hex([list[at]])[0], way), root)
				assert.notEqual(rootOf(at, n, hex([list[at]])[0], way.slice(1)), root)
				assert.notEqual(rootOf(at, n, hex([list[at]])[0], [...way, way[0]]), root)
			}
		}
		assert.equal(rootOf(n, n, hex([list[0]])[0], []), null)
	}
})

const number = n => {
	const out = Buffer.alloc(8)
	out.writeBigInt64BE(BigInt(n))
	return out
}

function proofOf(at, n) {
	const list = hashes.slice(0, n), root = tree(list), chain = sha(Buffer.from('chain'))
	const { publicKey, privateKey } = generateKeyPairSync('ed25519')
	const said = Buffer.concat([Buffer.from('hearth ledger root 1\n'), number(20_000), number(n), root, chain])
	return { state: 'signed', position: at, leaf: leaves[at].toString('hex'), leaf_hash: list[at].toString('hex'), seal: 1, day: 20_000, index: at, entries: n,
		path: hex(path(at, list)), root: root.toString('hex'), chain: chain.toString('hex'),
		public_key: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex'), signature: sign(null, said, privateKey).toString('hex') }
}

test('a proof holds with its signature, and falls with any of its parts', async () => {
	const proof = proofOf(11, 27)
	assert.ok(pathHolds(proof))
	assert.equal(await signatureHolds(proof), true)
	const other = proofOf(12, 27)
	for (const part of ['leaf', 'leaf_hash', 'index', 'path', 'root'])
		assert.ok(!pathHolds({ ...proof, [part]: part === 'root' ? '00'.repeat(32) : other[part] }), part)
	for (const part of ['day', 'entries', 'root', 'chain', 'public_key', 'signature'])
		assert.notEqual(await signatureHolds({ ...proof, [part]: typeof proof[part] === 'number' ? proof[part] + 1 : other[part] === proof[part] ? '00'.repeat(32) : other[part] }), true, part)
	assert.ok(!pathHolds({ ...proof, leaf: 'no hexadecimal' }))
})
