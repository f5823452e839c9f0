/*
 * The binary's OpenAPI document: it is printed, an independent linter finds no error in it, and what the web app keeps of
 * it (web/openapi.json and the types made from that) says the same. Speaks TAP. Wants HEARTH_BIN, and the packages of
 * tests/ and web/. Not here: whether answers follow the document (the stories).
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConfig, lintFromString } from '@redocly/openapi-core'

const web = new URL('../../web/', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'hearth-openapi-'))
let number = 0
let bad = 0

async function test(name, run) {
	number++
	try {
		await run()
		console.log(`ok ${number} - ${name}`)
	} catch (why) {
		bad++
		console.log(`not ok ${number} - ${name}`)
		for (const line of String(why.message ?? why).split('\n').slice(0, 40))
			console.log(`# ${line}`)
	}
}

console.log('1..5')
let text = ''
let document = {}

await test('the binary prints its document', () => {
	text = execFileSync(process.env.HEARTH_BIN, ['openapi'], { encoding: 'utf8', maxBuffer: 64 << 20 })
	document = JSON.parse(text)
	if (!/^3\.1\./.test(document.openapi))
		throw new Error(`openapi is ${document.openapi}`)
})

await test('every operation has its own name and says what it answers', () => {
	const seen = new Set()
	let count = 0
	for (const [path, methods] of Object.entries(document.paths ?? {}))
		for (const [method, operation] of Object.entries(methods)) {
			if (!['get', 'put', 'post', 'patch', 'delete'].includes(method))
				continue
			count++
			const id = operation.operationId
			if (!id || seen.has(id))
				throw new Error(`${method} ${path}: operationId ${id} is ${id ? 'taken' : 'missing'}`)
			seen.add(id)
			if (!Object.keys(operation.responses ?? {}).some(status => /^[12]/.test(status)))
				throw new Error(`${id}: no answer for when it goes well`)
		}
	if (count === 0)
		throw new Error('no operation at all')
})

await test('an independent linter finds no error', async () => {
	const config = await createConfig({ extends: ['recommended'], rules: { 'info-license': 'off', 'no-server-example.com': 'off' } })
	const found = await lintFromString({ source: text, absoluteRef: join(folder, 'openapi.json'), config })
	const errors = found.filter(one => one.severity === 'error')
	if (errors.length)
		throw new Error(errors.map(one => `${one.ruleId}: ${one.message} (${one.location?.[0]?.pointer ?? ''})`).join('\n'))
})

await test('web/openapi.json is that document', () => {
	const kept = JSON.parse(readFileSync(join(web, 'openapi.json'), 'utf8'))
	if (JSON.stringify(kept) !== JSON.stringify(document))
		throw new Error('it is not; write it anew: hearth openapi > web/openapi.json, then tools/npm --prefix web run types')
})

await test('the web app’s types are made from it', () => {
	const source = join(folder, 'openapi.json')
	const made = join(folder, 'schema.d.ts')
	writeFileSync(source, text)
	execFileSync(join(web, 'node_modules/.bin/openapi-typescript'), [source, '-o', made], { stdio: ['ignore', 'ignore', 'pipe'] })
	if (readFileSync(made, 'utf8') !== readFileSync(join(web, 'src/api/schema.d.ts'), 'utf8'))
		throw new Error('web/src/api/schema.d.ts is older; make it anew: tools/npm --prefix web run types')
})

rmSync(folder, { recursive: true })
process.exit(bad ? 1 : 0)
