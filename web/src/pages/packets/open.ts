/* The packets of all my groups that I can still open, the one that ends first in front; read anew when the feed tells of one. */
import { onScopeDispose, watch } from 'vue'
import { get } from '../../api/client'
import type { Packet } from '../../api/types'
import { meet, onPacket } from '../../store/packets'
import { net } from '../../store/net'
import { useLoad } from '../shared/load'

const LIMIT = 100
const AGAIN_MS = 300

export function useOpenPackets() {
	const loaded = useLoad(async signal => {
		const { packets } = await get<{ packets: Packet[] }>('/packets', { limit: LIMIT }, { signal })
		packets.forEach(packet => meet({ ...packet, mine: packet.mine ?? null }))
		return packets
	})
	let timer = 0
	const again = () => {
		clearTimeout(timer)
		timer = window.setTimeout(() => void loaded.load(), AGAIN_MS)
	}
	/* Shares that others take only matter when they were the last; those are known by the packet itself. */
	const stop = onPacket(news => (news.sent || news.returned || news.dissolved) && again())
	watch(() => net.live, (live, was) => live && !was && again())
	onScopeDispose(() => {
		stop()
		clearTimeout(timer)
	})
	return loaded
}
