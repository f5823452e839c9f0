/* What somebody pastes at the door: one of our links, somebody else's, or only a code. Pure but for the page's address. */

export type Pasted =
	| { kind: 'empty' | 'strange' }
	| { kind: 'elsewhere'; host: string }
	| { kind: 'to'; path: string }

const CODE = /^[A-Za-z0-9_-]{4,128}$/
const OUR_PATH = /^\/(i|enter)\/([A-Za-z0-9_-]{4,128})\/?$/
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

export const isLocalHost = (host: string) => LOCAL.test(host)

/* A message often stands around a link; the first address in it counts. */
export function readPasted(text: string, hosts: string[]): Pasted {
	const trimmed = text.trim()
	if (!trimmed)
		return { kind: 'empty' }
	const address = /https?:\/\/[^\s<>"'，。）)]+/i.exec(trimmed)?.[0]
	if (address) {
		if (!URL.canParse(address))
			return { kind: 'strange' }
		const { host, pathname } = new URL(address)
		if (!hosts.includes(host))
			return { kind: 'elsewhere', host }
		const ours = OUR_PATH.exec(pathname)
		return ours ? { kind: 'to', path: `/${ours[1]}/${ours[2]}` } : { kind: 'strange' }
	}
	const path = OUR_PATH.exec(trimmed)
	if (path)
		return { kind: 'to', path: `/${path[1]}/${path[2]}` }
	return CODE.test(trimmed) ? { kind: 'to', path: `/i/${trimmed}` } : { kind: 'strange' }
}
