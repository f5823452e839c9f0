/* One packet with everybody's shares, kept up with the feed: filled as shares are taken, read anew when it is over. */
import { computed, onScopeDispose, watch } from 'vue'
import { get } from '../../api/client'
import type { Grab, PacketAnswer, PacketWhole } from '../../api/types'
import { grabbing } from '../../store/grabs'
import { meet, onPacket, packets } from '../../store/packets'
import { learn } from '../../store/people'
import { net } from '../../store/net'
import { useLoad } from '../shared/load'

export function useWhole(group: number, id: number) {
	const loaded = useLoad(async signal => {
		const got = await get<PacketAnswer>(`/groups/${group}/packets/${id}`, undefined, { signal })
		meet(got.packet)
		got.grabs.forEach(grab => learn(grab.account, grab.name))
		return got
	})
	const { data, load } = loaded
	/* What the store heard since is newer than the answer. */
	const packet = computed<PacketWhole | null>(() => data.value ? { ...data.value.packet, ...packets.get(id), luckiest: data.value.packet.luckiest } : null)

	onScopeDispose(onPacket(news => {
		if (news.packet !== id || !data.value)
			return
		if (news.grabbed) {
			const at = new Date().toISOString(), had = new Set(data.value.grabs.map(grab => grab.place))
			const fresh: Grab[] = news.grabbed.grabs.filter(([, , place]) => !had.has(place)).map(([account, name, place, amount]) => ({ account, name, place, amount, at }))
			data.value = { packet: { ...data.value.packet, luckiest: news.grabbed.luckiest ?? data.value.packet.luckiest },
				grabs: [...data.value.grabs, ...fresh].sort((a, b) => a.place - b.place) }
		}
		/* Over: now the secret is told, and the split. */
		if (news.returned || (news.grabbed && news.grabbed.state !== 'open'))
			void load()
	}))
	/* My own share, when the feed is slower than the answer; and what was missed while there was no line. */
	watch([() => grabbing.get(id)?.state === 'done', () => net.live], ([done, live], [before, was]) => {
		if ((done && !before) || (live && !was))
			void load()
	})
	return { ...loaded, packet }
}
