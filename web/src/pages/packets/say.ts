/* What is said of a packet, in the same words wherever it stands. */
import type { Packet } from '../../api/types'
import { nameOf } from '../../store/people'
import { stateOf, type PacketState } from '../../store/packets'
import { me } from '../../store/session'
import { lang } from '../../words'
import { figure, money } from '../../words/money'
import { wPackets } from '../../words/packets'
import { clock, daysAgo, fullTime } from '../../words/time'

export const isMine = (packet: Packet) => packet.sender === me.value?.id
export const senderOf = (packet: Packet) => nameOf(packet.group, packet.sender, packet.sender_name)
export const titleOf = (packet: Packet) => isMine(packet) ? wPackets('ofMe') : wPackets('of', { name: senderOf(packet) })
export const messageOf = (packet: Packet) => packet.message || wPackets('messageDefault')
export const kindOf = (packet: Packet) => wPackets(packet.named ? 'named' : packet.kind)

/* Two words on the card. */
export function shortState(packet: Packet): string {
	switch (stateOf(packet)) {
		case 'mine': return wPackets('opened', { sum: figure(packet.mine!.amount, packet.currency) })
		case 'gone': return wPackets(isMine(packet) ? 'allTaken' : 'late')
		case 'over': return wPackets(packet.state === 'dissolved' ? 'wentBack' : 'expired')
		case 'not_for_you': return wPackets(isMine(packet) ? 'waiting' : 'forOthers')
		default: return wPackets('mayOpen')
	}
}

export function timeOf(time: string): string {
	const ago = daysAgo(time)
	return ago === 0 ? clock(time) : ago === -1 ? wPackets('tomorrow', { time: clock(time) }) : fullTime(time)
}
export const hoursOf = (packet: Packet) => Math.max(1, Math.round((Date.parse(packet.expires_at) - Date.parse(packet.at)) / 3_600_000))
export const listOf = (names: string[]) => names.join(lang.value === 'zh' ? '、' : ', ')

/* Why there is nothing to open; '' when there is, or when a share is mine. */
export function sentence(packet: Packet, state: PacketState = stateOf(packet)): string {
	if (state === 'gone')
		return wPackets('gone')
	if (state === 'over')
		return packet.state === 'dissolved' ? wPackets('overDissolved') : wPackets('over', { h: hoursOf(packet) })
	if (state === 'not_for_you')
		return packet.for?.length ? wPackets('notForYou', { names: listOf(packet.for.map(id => id === me.value?.id ? wPackets('me') : nameOf(packet.group, id))) })
			: wPackets('notForYouShort')
	return ''
}

export const takenWords = (packet: Packet) => wPackets('taken', { a: packet.taken, b: packet.shares, sum: figure(packet.taken_sum, packet.currency), whole: money(packet.sum, packet.currency) })

/* When what is left goes back, or how it ended. */
export function endWords(packet: Packet): string {
	if (packet.state === 'open')
		return wPackets(isMine(packet) ? 'untilMine' : 'until', { time: timeOf(packet.expires_at) })
	const time = packet.ended_at ? timeOf(packet.ended_at) : ''
	if (!time)
		return ''
	if (packet.state === 'taken')
		return wPackets('endedTaken', { time })
	return wPackets(packet.state === 'dissolved' ? 'endedDissolved' : 'endedBack', { time, sum: money(packet.returned ?? packet.sum - packet.taken_sum, packet.currency) })
}
