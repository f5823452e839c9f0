/* What may be sent: the form's fields as typed, what is wrong with each as soon as it is, and the packet they make. Pure. */
import type { PacketTerms } from '../../api/types'
import { money, readAmount, readCount } from '../../words/money'
import { wPackets } from '../../words/packets'

export const MESSAGE_MAX = 40

export type Split = 'lucky' | 'equal' | 'named'
/* amount is the whole of a lucky packet, of the others one share. */
export interface Typed { split: Split; amount: string; shares: string; message: string; people: number }
export type Field = 'sum' | 'shares' | 'message' | 'for'
export type Wrong = Partial<Record<Field, string>>

export const sharesOf = (typed: Typed) => typed.split === 'named' ? typed.people || null : readCount(typed.shares)

export function sumOf(typed: Typed): number | null {
	const amount = readAmount(typed.amount), shares = sharesOf(typed)
	if (amount === null || typed.split === 'lucky')
		return amount
	return shares === null ? null : amount * shares
}

function amountWrong(typed: Typed, terms: PacketTerms): string {
	const amount = readAmount(typed.amount), sum = sumOf(typed), shares = sharesOf(typed)
	const say = (minor: number) => money(minor, terms.currency)
	if (amount === null)
		return typed.amount.trim() ? wPackets('sumWrong') : ''
	if (typed.split !== 'lucky' && amount < terms.share_min)
		return wPackets('eachLeast', { sum: say(terms.share_min) })
	if (typed.split !== 'lucky' && amount > terms.share_max)
		return wPackets('eachMost', { sum: say(terms.share_max) })
	if ((sum ?? amount) > terms.available)
		return wPackets('sumFunds', { sum: say(terms.available) })
	if (typed.split !== 'lucky' || shares === null || shares > terms.shares_max)
		return ''
	if (amount < shares * terms.share_min)
		return wPackets('shareLeast', { sum: say(terms.share_min), count: shares, whole: say(shares * terms.share_min) })
	if (amount > shares * terms.share_max)
		return wPackets('shareMost', { sum: say(terms.share_max), count: shares, whole: say(shares * terms.share_max) })
	return ''
}

function sharesWrong(typed: Typed, terms: PacketTerms): string {
	const shares = sharesOf(typed)
	if (shares === null)
		return typed.split !== 'named' && typed.shares.trim() ? wPackets('sharesWrong') : ''
	return shares > terms.shares_max ? wPackets('sharesMost', { count: terms.shares_max }) : ''
}

const dropEmpty = (all: Wrong): Wrong => Object.fromEntries(Object.entries(all).filter(([, words]) => words))

/* Limits that are passed, while one types. */
export function wrongNow(typed: Typed, terms: PacketTerms): Wrong {
	const length = [...typed.message.trim()].length
	const shares = sharesWrong(typed, terms)
	return dropEmpty({
		sum: amountWrong(typed, terms), [typed.split === 'named' ? 'for' : 'shares']: shares,
		message: length > MESSAGE_MAX ? wPackets('messageLong', { n: MESSAGE_MAX, m: length }) : '',
	})
}

/* And what is missing, once the button is pressed. */
export function wrongAtLast(typed: Typed, terms: PacketTerms): Wrong {
	return dropEmpty({
		for: typed.split === 'named' && !typed.people ? wPackets('forEmpty') : '',
		sum: typed.amount.trim() ? readAmount(typed.amount) === 0 ? wPackets('sumEmpty') : '' : wPackets('sumEmpty'),
		shares: typed.split !== 'named' && !typed.shares.trim() ? wPackets('sharesEmpty') : '',
		...wrongNow(typed, terms),
	})
}
