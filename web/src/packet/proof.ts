/*
 * The proof of one entry of the journal, worked out again on the reader's own device by the words of src/ledger/seal.h: the
 * entry's bytes, the way up the day's tree (RFC 9162), and, where the browser can, the day's signature. Pure. Whose key it is
 * nobody here knows; that the same key signs every day is for whoever keeps old proofs.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

export interface EntryProof {
	state: 'not_sealed' | 'sealed' | 'signed'
	position: number
	leaf: string
	leaf_hash: string
	seal?: number
	day?: number
	index?: number
	entries?: number
	path?: string[]
	root?: string
	chain?: string
	public_key?: string
	signature?: string
	[more: string]: unknown
}

const ROOT_WORD = 'hearth ledger root 1\n'

export const leafHash = (leafHex: string) => bytesToHex(sha256(concatBytes(Uint8Array.of(0), hexToBytes(leafHex))))
const node = (left: string, right: string) => bytesToHex(sha256(concatBytes(Uint8Array.of(1), hexToBytes(left), hexToBytes(right))))

/* The root that this leaf and this path lead to (RFC 9162, 2.1.3.2); null when the path has not the length it must have. */
export function rootOf(index: number, entries: number, leaf: string, path: string[]): string | null {
	let at = BigInt(index), last = BigInt(entries) - 1n
	if (at > last || at < 0n)
		return null
	let hash = leaf
	for (const next of path) {
		if (last === 0n)
			return null
		if (at & 1n || at === last) {
			hash = node(next, hash)
			while (!(at & 1n) && at !== 0n) {
				at >>= 1n
				last >>= 1n
			}
		} else {
			hash = node(hash, next)
		}
		at >>= 1n
		last >>= 1n
	}
	return last === 0n ? hash : null
}

/* Every number that goes into the way is there and the way ends at the root. */
export function pathHolds(proof: EntryProof): boolean {
	try {
		return leafHash(proof.leaf) === proof.leaf_hash && proof.index !== undefined && proof.entries !== undefined
			&& rootOf(proof.index, proof.entries, proof.leaf_hash, proof.path ?? []) === proof.root
	} catch {
		return false
	}
}

function number(n: number): Uint8Array {
	const out = new Uint8Array(8)
	new DataView(out.buffer).setBigInt64(0, BigInt(n))
	return out
}

/* null: this browser cannot say. */
export async function signatureHolds(proof: EntryProof): Promise<boolean | null> {
	try {
		const key = await crypto.subtle.importKey('raw', Uint8Array.from(hexToBytes(proof.public_key!)), 'Ed25519', false, ['verify'])
		const said = concatBytes(utf8ToBytes(ROOT_WORD), number(proof.day!), number(proof.entries!), hexToBytes(proof.root!), hexToBytes(proof.chain!))
		return await crypto.subtle.verify('Ed25519', key, Uint8Array.from(hexToBytes(proof.signature!)), Uint8Array.from(said))
	} catch {
		return null
	}
}
