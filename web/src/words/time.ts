/* Times as people say them: 20:14 · 昨天 · 周二 · 3月4日 · 2024年3月4日. Input is RFC 3339 or ms since 1970. */
import { lang, words } from './index'

const w = words({
	today: ['今天', 'Today'],
	yesterday: ['昨天', 'Yesterday'],
	hour: ['{n} 小时', '{n} hour|{n} hours'],
	day: ['{n} 天', '{n} day|{n} days'],
	minute: ['{n} 分钟', '{n} minute|{n} minutes'],
})

export type Time = string | number | Date

const locale = () => lang.value === 'zh' ? 'zh-CN' : 'en-GB'
const made = new Map<string, Intl.DateTimeFormat>()

function format(time: Date, options: Intl.DateTimeFormatOptions): string {
	const key = locale() + JSON.stringify(options)
	let how = made.get(key)
	if (!how)
		made.set(key, how = new Intl.DateTimeFormat(locale(), options))
	return how.format(time)
}

/* Days between the local dates of `time` and today; 0 is today. */
export function daysAgo(time: Time): number {
	const then = new Date(time), now = new Date()
	const day = (d: Date) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / 86_400_000
	return day(now) - day(then)
}

export const clock = (time: Time) => format(new Date(time), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

/* For a line between days: 今天 · 昨天 · 周二 · 3月4日 周二 · 2024年3月4日 */
export function dayName(time: Time): string {
	const then = new Date(time), ago = daysAgo(time)
	if (ago === 0)
		return w('today')
	if (ago === 1)
		return w('yesterday')
	if (ago > 1 && ago < 7)
		return format(then, { weekday: lang.value === 'zh' ? 'short' : 'long' })
	return date(then)
}

export function date(time: Time): string {
	const then = new Date(time)
	return format(then, then.getFullYear() === new Date().getFullYear() ? { month: 'long', day: 'numeric' }
		: { year: 'numeric', month: 'long', day: 'numeric' })
}

/* For a list: 20:14 today, the day before that. Short enough to stand at the end of a row. */
export function when(time: Time): string {
	const ago = daysAgo(time)
	if (ago <= 0)
		return clock(time)
	if (ago < 7)
		return ago === 1 ? w('yesterday') : format(new Date(time), { weekday: 'short' })
	const then = new Date(time)
	return then.getFullYear() === new Date().getFullYear() ? format(then, { month: 'short', day: 'numeric' })
		: format(then, { year: 'numeric', month: '2-digit', day: '2-digit' })
}

/* With the day and the clock, for where exactness matters. */
export const fullTime = (time: Time) => `${date(time)} ${clock(time)}`

/* A length: 5 分钟 · 3 小时 · 2 天 */
export function span(ms: number): string {
	const minutes = Math.max(1, Math.round(ms / 60_000))
	if (minutes < 60)
		return w('minute', { n: minutes })
	if (minutes < 60 * 48)
		return w('hour', { n: Math.round(minutes / 60) })
	return w('day', { n: Math.round(minutes / 1440) })
}
