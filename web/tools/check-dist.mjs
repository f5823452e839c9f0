/*
 * What must hold of the built web app, run after every build: no foreign address, no inline font or image, no inline
 * style or script, and the first load of the chat page at most 200 KB compressed. Prints the sizes, ends with 1 if not.
 */
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const FIRST_LOAD_MAX = 200 * 1024
const dist = new URL('../dist/', import.meta.url).pathname
const wrong = []

const walk = folder => readdirSync(folder).flatMap(name => {
	const path = join(folder, name)
	return statSync(path).isDirectory() ? walk(path) : [path]
})
const files = walk(dist)

/* Names that are written like addresses but never fetched: XML namespaces, and where a library points a reader in a message. */
const NAMES = [/^https?:\/\/www\.w3\.org\//, /^https?:\/\/vuejs\.org\//, /^https?:\/\/router\.vuejs\.org\//, /^https?:\/\/github\.com\/vuejs\//,
	/^https?:\/\/echarts\.apache\.org\//, /^https?:\/\/localhost/, /^https?:\/\/127\.0\.0\.1/]

for (const path of files) {
	if (!/\.(js|css|html|svg|webmanifest)$/.test(path))
		continue
	const name = relative(dist, path), text = readFileSync(path, 'utf8')
	for (const [address] of text.matchAll(/(?:https?|wss?):\/\/[\w.-]+\.[a-z]{2,}[^\s"'`)<>\\]*/gi))
		if (!NAMES.some(known => known.test(address)))
			wrong.push(`${name}: foreign address ${address.slice(0, 100)}`)
	if (/\.css$/.test(path)) {
		if (/url\(\s*["']?\s*(?:\/\/|https?:)/i.test(text))
			wrong.push(`${name}: a style fetches from elsewhere`)
		if (/@font-face/i.test(text))
			wrong.push(`${name}: brings a font`)
	}
	if (/\.(css|html)$/.test(path) && /["'(\s]data:[a-z]+\//i.test(text))
		wrong.push(`${name}: data: address`)
	if (/\.js$/.test(path) && /["'`(]data:(?:font|image|application)\/[^"'`]{20}/i.test(text) && !/echarts/.test(name))
		wrong.push(`${name}: data: address`)
	if (/\.js$/.test(path) && /\bnew Function\(|[^.\w]eval\(/.test(text))
		wrong.push(`${name}: makes code from text`)
	if (/\.html$/.test(path) && (/<style|\sstyle=|\son\w+=/i.test(text) || /<script(?![^>]*\ssrc=)/i.test(text)))
		wrong.push(`${name}: inline style or script`)
}

const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
const small = path => brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length

/* Everything a browser asks for until the page stands: the shell, the entry, the page's own part, and all they import. */
function needed(...entries) {
	const seen = new Set(), out = new Set(['index.html', 'ember.svg', 'manifest.webmanifest'])
	const visit = key => {
		if (seen.has(key) || !manifest[key])
			return
		seen.add(key)
		out.add(manifest[key].file)
		for (const css of manifest[key].css ?? [])
			out.add(css)
		for (const next of manifest[key].imports ?? [])
			visit(next)
	}
	entries.forEach(visit)
	return [...out]
}

const kb = n => (n / 1024).toFixed(1).padStart(7) + ' KB'
const pages = { chat: ['index.html', 'src/pages/ChatPage.vue', 'src/pages/GroupsPage.vue'], door: ['index.html', 'src/pages/DoorPage.vue'], invitation: ['index.html', 'src/pages/InvitationPage.vue'] }
for (const [page, entries] of Object.entries(pages)) {
	if (!entries.every(entry => manifest[entry]))
		continue
	const sizes = needed(...entries).map(file => [file, small(join(dist, file))]).sort((a, b) => b[1] - a[1])
	const total = sizes.reduce((sum, [, size]) => sum + size, 0)
	console.log(`first load of ${page}:${kb(total)} (brotli, ${sizes.length} files)`)
	if (page === 'chat') {
		for (const [file, size] of sizes.slice(0, 6))
			console.log(`   ${kb(size)}  ${file}`)
		if (total > FIRST_LOAD_MAX)
			wrong.push(`the first load of the chat page is over ${FIRST_LOAD_MAX / 1024} KB`)
	}
}

for (const line of wrong)
	console.log(`refused: ${line}`)
/* The map was only for this check; it is not served. */
rmSync(join(dist, '.vite'), { recursive: true })
process.exit(wrong.length ? 1 : 0)
