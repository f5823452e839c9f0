/*
 * How the web app is built: Vue, Vant's styles per part and without its icon font, and the service worker with the list
 * of files it keeps. What the result must be (no foreign address, no inline data, 200 KB) is in tools/check-dist.mjs.
 */
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const kebab = (name: string) => name.replace(/[A-Z]/g, (c, at) => (at ? '-' : '') + c.toLowerCase())

/* `import { Field } from 'vant'` brings that part's styles along, and no other's. */
function vantStyles(): Plugin {
	return {
		name: 'vant-styles',
		enforce: 'post',
		transform(code, id) {
			if (id.includes('node_modules'))
				return
			const styles = new Set<string>()
			for (const [, names] of code.matchAll(/import\s*\{([^}]*)\}\s*from\s*['"]vant['"]/g))
				for (const name of names.split(',')) {
					const part = name.trim().split(/\s+as\s+/)[0]
					if (/^[A-Z]/.test(part) && part !== 'Locale' && part !== 'Lazyload')
						styles.add(`import 'vant/es/${kebab(part)}/style/index'`)
					else if (/^show[A-Z]/.test(part))
						styles.add(`import 'vant/es/${kebab(part.slice(4))}/style/index'`)
				}
			if (styles.size)
				return { code: [...styles].join('\n') + '\n' + code, map: null }
		},
	}
}

/* Vant's icon font is a data: URL with a foreign fallback; the content policy refuses both. look/vant.css draws masks. */
function noIconFont(): Plugin {
	return {
		name: 'no-icon-font',
		enforce: 'pre',
		transform(code, id) {
			if (/vant[\\/].*\.css/.test(id) && code.includes('@font-face'))
				return { code: code.replace(/@font-face\s*\{[^}]*\}/g, ''), map: null }
		},
	}
}

/* Charts are fetched when a chart is looked at; everything else belongs to the shell that works offline. */
function serviceWorker(): Plugin {
	return {
		name: 'service-worker',
		apply: 'build',
		generateBundle(_options, bundle) {
			const kept = Object.keys(bundle).filter(name => !/echarts|\.map$/.test(name)).map(name => '/' + name)
			const files = ['/', ...kept.filter(name => name !== '/index.html'), '/ember.svg', '/manifest.webmanifest'].sort()
			const hash = createHash('sha256').update(files.join('\n'))
			const index = bundle['index.html']
			if (index && 'source' in index)
				hash.update(index.source)
			const source = readFileSync(new URL('./tools/service-worker.js', import.meta.url), 'utf8')
				.replace('__FILES__', JSON.stringify(files))
				.replace('__VERSION__', JSON.stringify(hash.digest('hex').slice(0, 16)))
			this.emitFile({ type: 'asset', fileName: 'sw.js', source })
		},
	}
}

export default defineConfig({
	plugins: [vue(), vantStyles(), noIconFont(), serviceWorker()],
	build: {
		target: 'es2022',
		assetsInlineLimit: 0,
		manifest: true,
		modulePreload: { polyfill: false },
		rollupOptions: {
			output: {
				manualChunks: id => /node_modules[\\/](echarts|zrender)[\\/]/.test(id) ? 'echarts' : undefined,
			},
		},
	},
	server: { proxy: { '/api': { target: process.env.HEARTH ?? 'http://127.0.0.1:8080', ws: true } } },
})
