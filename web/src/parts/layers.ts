/*
 * What lies over the page, topmost last: menus, sheets, a picture opened large. Esc and Back close the topmost, and only
 * that. A layer that owns a step of Back pushes one entry of history; a navigation out of a layer takes that entry over.
 */
import { onScopeDispose, watch } from 'vue'
import type { Router } from 'vue-router'

interface Layer { close: () => void; rank: number; entry: number }

/* Esc closes in this order: menu, sheet, reply, detail. */
export const rank = { menu: 4, sheet: 3, reply: 2, detail: 1 } as const

const layers: Layer[] = []
let entries = 0
let skipping = 0

function remove(layer: Layer): void {
	const at = layers.indexOf(layer)
	if (at >= 0)
		layers.splice(at, 1)
}

/* Register a layer while `open()` holds; `close` must make it not hold. With `back`, Back closes it too. */
export function useLayer(open: () => boolean, close: () => void, kind: keyof typeof rank, back = false): void {
	let layer: Layer | null = null
	function drop(): void {
		if (!layer)
			return
		remove(layer)
		if (layer.entry && history.state?.layer === layer.entry) {
			skipping++
			history.back()
		}
		layer = null
	}
	watch(open, now => {
		if (now && !layer) {
			layer = { close, rank: rank[kind], entry: 0 }
			if (back) {
				layer.entry = ++entries
				history.pushState({ ...history.state, layer: layer.entry }, '')
			}
			layers.push(layer)
		} else if (!now) {
			drop()
		}
	}, { immediate: true, flush: 'sync' })
	onScopeDispose(drop)
}

export function closeTop(): boolean {
	let top: Layer | undefined
	for (const layer of layers)
		if (!top || layer.rank >= top.rank)
			top = layer
	top?.close()
	return !!top
}

export const anyLayer = () => layers.some(layer => layer.rank >= rank.sheet)

let settle: (() => void)[] = []

/* Must run before the router's own listener is made: a step of Back that only closes a layer is none of its business. */
export function watchBack(currentPath: () => string | undefined): void {
	addEventListener('popstate', event => {
		if (skipping) {
			skipping--
			event.stopImmediatePropagation()
			if (!skipping)
				settle.splice(0).forEach(run => run())
			return
		}
		if (location.pathname + location.search + location.hash !== currentPath())
			return
		event.stopImmediatePropagation()
		const now = Number(history.state?.layer ?? 0)
		for (const layer of layers.filter(l => l.entry > now).reverse()) {
			layer.entry = 0
			layer.close()
		}
	})
}

export function installLayers(router: Router): void {
	router.beforeEach(async (to, from) => {
		if (skipping)
			await new Promise<void>(run => settle.push(run))
		const open = layers.filter(layer => layer.entry)
		if (!open.length || to.fullPath === from.fullPath || history.state?.layer !== open[open.length - 1].entry)
			return true
		for (const layer of open.reverse()) {
			layer.entry = 0
			layer.close()
		}
		return { path: to.fullPath, replace: true }
	})
}
