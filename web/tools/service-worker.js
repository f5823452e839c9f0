/*
 * The service worker. FILES and VERSION are filled in by the build. It keeps the app's own files, whose names change with
 * their content, and the thumbs of pictures; it never keeps an answer of the API. Any page address gets the shell.
 */
const FILES = __FILES__
const SHELL = 'hearth-shell-' + __VERSION__
const THUMBS = 'hearth-thumbs'
const THUMBS_MAX = 600

self.addEventListener('install', event => {
	event.waitUntil((async () => {
		const cache = await caches.open(SHELL)
		await Promise.all(FILES.map(async file => {
			const kept = file === '/' ? undefined : await caches.match(file)
			if (kept)
				return cache.put(file, kept)
			const answer = await fetch(file, { cache: file === '/' ? 'reload' : 'default', credentials: 'same-origin' })
			if (!answer.ok)
				throw new Error(file)
			return cache.put(file, answer)
		}))
		await self.skipWaiting()
	})())
})

self.addEventListener('activate', event => {
	event.waitUntil((async () => {
		for (const name of await caches.keys())
			if (name.startsWith('hearth-shell-') && name !== SHELL)
				await caches.delete(name)
		await self.clients.claim()
	})())
})

async function shell(request) {
	const cache = await caches.open(SHELL)
	/* The server's own page comes first, so that a new version is seen at once; what is kept stands in when it is slow. */
	try {
		const answer = await fetch(request, { signal: AbortSignal.timeout(3000) })
		if (answer.ok)
			return answer
		return await cache.match('/') ?? answer
	} catch {
		return await cache.match('/') ?? Response.error()
	}
}

async function own(request) {
	const kept = await caches.match(request)
	if (kept)
		return kept
	const answer = await fetch(request)
	if (answer.ok)
		(await caches.open(SHELL)).put(request, answer.clone())
	return answer
}

async function thumb(request) {
	const cache = await caches.open(THUMBS)
	const kept = await cache.match(request)
	if (kept)
		return kept
	const answer = await fetch(request)
	if (answer.ok) {
		await cache.put(request, answer.clone())
		const keys = await cache.keys()
		for (const old of keys.slice(0, Math.max(0, keys.length - THUMBS_MAX)))
			await cache.delete(old)
	}
	return answer
}

self.addEventListener('fetch', event => {
	const { request } = event
	const url = new URL(request.url)
	if (request.method !== 'GET' || url.origin !== location.origin)
		return
	if (request.mode === 'navigate' && !url.pathname.startsWith('/api/'))
		event.respondWith(shell(request))
	else if (/^\/api\/v1\/pictures\/\d+\/thumb$/.test(url.pathname))
		event.respondWith(thumb(request))
	else if (url.pathname.startsWith('/assets/') || FILES.includes(url.pathname) && url.pathname !== '/')
		event.respondWith(own(request))
})
