/*
 * A report of the server as the thermometer shows it: what is worth saying of the level, the weeks in per cent of the
 * usual, those worth a greeting. Pure. The figures are the server's (room `warmth`). Not here: forecasts, failings (models.ts).
 */
import { me } from '../../store/session'
import { wWarmth } from '../../words/warmth'
import type { Models } from './models'

export interface Person {
	name: string
	messages: number
	first: string
	last: string
	silent: boolean | null
	active_days?: number
	quiet_days?: number
	usual_gap_days?: number | null
}

export interface Carriers { from: string; to: string; messages: number; speakers: number; people: { name: string | null; messages: number }[] }

export interface Level {
	stage: 'warming' | 'steady' | 'cooling' | 'quiet' | null
	usual_per_week: number | null
	percent: number | null
	low: number | null
	high: number | null
	band_low: number | null
	band_high: number | null
	why: 'too young' | 'too few messages' | 'too uneven' | null
}

export interface FullReport extends Models {
	group: string
	bringing?: boolean /* more lines are on their way */
	format: string | null
	span: { first: string | null; last: string | null }
	at?: string | null
	messages: number
	members: number
	joins: number | null
	leaves: number | null
	leaves_why?: string
	inferred_joins?: boolean
	inferred_leaves?: boolean
	inferred_from?: string
	inferred_to?: string
	bots?: { members: number; messages: number }
	level: Level
	series: { week: string; messages: number; speakers: number }[]
	people: Person[]
	core?: { stayed: number; then: Carriers | null; now: Carriers | null }
	order_of_silence: { rho: number | null; low: number | null; high: number | null; p_null: number | null; gone: number; answer?: string }
	skipped: { lines: number; examples: { line: number; file?: string; text: string }[] }
}

export interface WeekRow { startMs: number; messages: number; speakers: number; percent: number | null }

export const WEEK_MS = 7 * 86_400_000
export const RECENT_WEEKS = 12
export const NEEDED_WEEKS = 36
const YEAR_WEEKS = 52
const GREET_DAYS_MAX = 183
const SHOWN_WEEKS_MAX = RECENT_WEEKS + YEAR_WEEKS
const MUCH_COOLER = 75
const MUCH_WARMER = 133
export const GONE_MIN = 8
const CHANCE_MAX = 0.05

/* Weeks that were over when the report looked, oldest first. */
export function weeksOf(report: FullReport): WeekRow[] {
	const usual = report.level.usual_per_week
	const end = Date.parse(report.at ?? report.span.last ?? '')
	const whole = report.series.map(each => ({ ...each, startMs: Date.parse(each.week) })).filter(each => each.startMs + WEEK_MS <= end)
	return whole.map(({ startMs, messages, speakers }) => ({
		startMs, messages, speakers, percent: usual ? (messages / usual) * 100 : null,
	}))
}

export const shownWeeks = (weeks: WeekRow[]) => weeks.slice(-SHOWN_WEEKS_MAX)

export function headline({ level, messages }: FullReport): string {
	if (!messages)
		return wWarmth('saysNobody')
	const percent = level.percent ?? 100
	switch (level.stage) {
		case 'cooling': return wWarmth(percent < MUCH_COOLER ? 'saysCoolMuch' : 'saysCoolLittle')
		case 'warming': return wWarmth(percent > MUCH_WARMER ? 'saysWarmMuch' : 'saysWarmLittle')
		case 'steady': return wWarmth('saysSteady')
		case 'quiet': return wWarmth('saysQuiet')
		default: return wWarmth('saysUnknown')
	}
}

/* Why nothing can be said of the level. */
export function doubt(report: FullReport): string {
	const weeks = weeksOf(report).length
	switch (report.level.why) {
		case 'too young': return wWarmth('unknownWeeks', { need: NEEDED_WEEKS, n: weeks, more: Math.max(1, NEEDED_WEEKS - weeks) })
		case 'too few messages': return wWarmth('unknownFew')
		default: return wWarmth('unknownUneven')
	}
}

/* The newest silence first; never oneself, by the name here or the one in the file. */
export function greetings(report: FullReport, self?: string | null): Person[] {
	return report.people
		.filter(each => each.silent === true && (each.quiet_days ?? 0) <= GREET_DAYS_MAX && each.name !== me.value?.name && each.name !== self)
		.sort((a, b) => (a.quiet_days ?? 0) - (b.quiet_days ?? 0))
}

export function greetingOf(person: Person): string {
	const gap = person.usual_gap_days ?? 0, values = { name: person.name, n: person.quiet_days ?? 0 }
	return gap < 1.5 ? wWarmth('greetDaily', values) : wWarmth('greet', { ...values, d: Math.round(gap) })
}

export type Order = 'core' | 'edge' | 'neither' | 'unknown'

export function orderOf({ order_of_silence: order }: FullReport): Order {
	if (order.rho === null)
		return 'unknown'
	if (order.answer)
		return order.answer === 'core first' ? 'core' : order.answer === 'edge first' ? 'edge' : order.answer === 'neither' ? 'neither' : 'unknown'
	if ((order.p_null ?? 1) >= CHANCE_MAX)
		return 'neither'
	return (order.high ?? 1) < 0 ? 'core' : (order.low ?? -1) > 0 ? 'edge' : 'neither'
}

export function orderNote(report: FullReport): string {
	const { gone, rho, low, high } = report.order_of_silence, n = gone
	switch (orderOf(report)) {
		case 'core': return wWarmth('orderCoreNote', { n })
		case 'edge': return wWarmth('orderEdgeNote', { n })
		case 'neither': return wWarmth((low ?? -1) > 0 || (high ?? 1) < 0 ? 'orderRatesNote' : 'orderNeitherNote', { n })
		default: return gone >= GONE_MIN && rho === null ? wWarmth('orderEqualNote', { n }) : wWarmth('orderFewNote', { n, need: GONE_MIN })
	}
}

const FORMATS: Record<string, string> = { telegram: 'Telegram', whatsapp: 'WhatsApp', discord: 'Discord', wechat: '微信 WeChat', qq: 'QQ', irc: 'IRC', chatlab: 'ChatLab', hearth: 'Hearth' }
export const isHosted = (report: FullReport) => report.format === null || report.format === 'hearth'

export function sourceOf(report: FullReport): string {
	const format = report.format ?? ''
	return isHosted(report) ? wWarmth('sourceHosted') : wWarmth('sourceFile', { format: FORMATS[format.split(/[-_ ]/)[0]] ?? format })
}
