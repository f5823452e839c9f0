/*
 * What this device keeps so that the app opens without a network: one IndexedDB per account, deleted on signing out.
 * Stores: kv (small things by name) · messages by [group, number] · outbox by client id · drafts by group.
 * A browser that keeps nothing (private windows) gets a memory of the same shape: everything works, nothing outlives it.
 */
export type StoreName = 'kv' | 'messages' | 'outbox' | 'drafts'

const VERSION = 1
let opened: Promise<IDBDatabase | null> | null = null
let name = ''
const memory = new Map<string, unknown>()

const memoryKey = (store: StoreName, key: IDBValidKey) => `${store}\n${JSON.stringify(key)}`

export function openDb(account: number): void {
	const wanted = `hearth-${account}`
	if (name === wanted)
		return
	name = wanted
	opened = new Promise(done => {
		try {
			const request = indexedDB.open(wanted, VERSION)
			request.onupgradeneeded = () => {
				const db = request.result
				for (const store of ['kv', 'messages', 'outbox', 'drafts'])
					if (!db.objectStoreNames.contains(store))
						db.createObjectStore(store)
			}
			request.onsuccess = () => {
				request.result.onversionchange = () => request.result.close()
				done(request.result)
			}
			request.onerror = request.onblocked = () => done(null)
		} catch {
			done(null)
		}
	})
}

async function store(which: StoreName, mode: IDBTransactionMode): Promise<IDBObjectStore | null> {
	try {
		const db = await opened
		return db ? db.transaction(which, mode).objectStore(which) : null
	} catch {
		return null
	}
}

const result = <T>(request: IDBRequest<T>) => new Promise<T>((done, fail) => {
	request.onsuccess = () => done(request.result)
	request.onerror = () => fail(request.error)
})

const finished = (tx: IDBTransaction) => new Promise<void>((done, fail) => {
	tx.oncomplete = () => done()
	tx.onerror = tx.onabort = () => fail(tx.error)
})

export async function read<T>(which: StoreName, key: IDBValidKey): Promise<T | undefined> {
	const s = await store(which, 'readonly')
	if (!s)
		return memory.get(memoryKey(which, key)) as T | undefined
	try {
		return await result(s.get(key)) as T | undefined
	} catch {
		return undefined
	}
}

/* Resolves when it is on the disk (or in memory where there is none to be had). Values must be plain, not reactive. */
export async function write(which: StoreName, key: IDBValidKey, value: unknown): Promise<void> {
	await writeMany(which, [[key, value]])
}

export async function writeMany(which: StoreName, all: [IDBValidKey, unknown][]): Promise<void> {
	if (!all.length)
		return
	const s = await store(which, 'readwrite')
	if (s) {
		try {
			for (const [key, value] of all)
				s.put(value, key)
			/* A page that is being left does not live to commit by itself. */
			s.transaction.commit?.()
			await finished(s.transaction)
			return
		} catch { /* the disk is full or closed to us: keep it in memory */ }
	}
	for (const [key, value] of all)
		memory.set(memoryKey(which, key), value)
}

export async function erase(which: StoreName, key: IDBValidKey | IDBKeyRange): Promise<void> {
	if (!(key instanceof IDBKeyRange))
		memory.delete(memoryKey(which, key))
	const s = await store(which, 'readwrite')
	if (!s)
		return
	s.delete(key)
	await finished(s.transaction).catch(() => {})
}

export async function readAll<T>(which: StoreName, range?: IDBKeyRange): Promise<T[]> {
	const s = await store(which, 'readonly')
	if (!s)
		return [...memory].filter(([key]) => key.startsWith(which + '\n')).map(([, value]) => value as T)
	try {
		return await result(s.getAll(range)) as T[]
	} catch {
		return []
	}
}

export async function readKeyed<T>(which: StoreName): Promise<[IDBValidKey, T][]> {
	const s = await store(which, 'readonly')
	if (!s)
		return [...memory].filter(([key]) => key.startsWith(which + '\n')).map(([key, value]) => [JSON.parse(key.slice(which.length + 1)), value as T])
	try {
		const [keys, values] = await Promise.all([result(s.getAllKeys()), result(s.getAll())])
		return keys.map((key, at) => [key, values[at] as T])
	} catch {
		return []
	}
}

/* The last `most` values of a range, in ascending order. */
export async function readLast<T>(which: StoreName, range: IDBKeyRange, most: number): Promise<T[]> {
	const s = await store(which, 'readonly')
	if (!s)
		return []
	return new Promise(done => {
		const out: T[] = []
		const request = s.openCursor(range, 'prev')
		request.onerror = () => done([])
		request.onsuccess = () => {
			const cursor = request.result
			if (!cursor || out.length === most)
				return done(out.reverse())
			out.push(cursor.value as T)
			cursor.continue()
		}
	})
}

export async function readFirst<T>(which: StoreName, range: IDBKeyRange, most: number): Promise<T[]> {
	const s = await store(which, 'readonly')
	return s ? result(s.getAll(range, most)).catch(() => []) as Promise<T[]> : []
}

/* Everything of this account on this device: on signing out. */
export async function forgetAll(): Promise<void> {
	memory.clear()
	const db = await opened
	db?.close()
	opened = null
	if (name)
		await new Promise<void>(done => {
			const request = indexedDB.deleteDatabase(name)
			request.onsuccess = request.onerror = request.onblocked = () => done()
		}).catch(() => {})
	name = ''
	if ('caches' in window)
		await caches.delete('hearth-thumbs').catch(() => {})
}
