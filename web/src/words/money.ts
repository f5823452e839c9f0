/* Amounts as people read them. They come as whole minor units (927 is 9.27) and stay whole: nothing here counts in fractions. */
import { lang, words } from './index'

const w = words({ points: ['{sum} 积分', '{sum} points'] })

const locale = () => lang.value === 'zh' ? 'zh-CN' : 'en-GB'
const made = new Map<string, Intl.NumberFormat>()
function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
	const key = locale() + JSON.stringify(options)
	let how = made.get(key)
	if (!how)
		made.set(key, how = new Intl.NumberFormat(locale(), options))
	return how
}

const POINTS = 'points'
const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const
type Sign = 'auto' | 'exceptZero'

const digitsOf = (currency: string) => currency === POINTS ? 2 : format({ style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2

/* 9.27 */
export function figure(minor: number, currency = POINTS, signDisplay: Sign = 'auto'): string {
	const digits = digitsOf(currency)
	return format({ ...two, minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay }).format(minor / 10 ** digits).replace('-', '−')
}

/* 9.27 积分 */
export function money(minor: number, currency = POINTS, signDisplay: Sign = 'auto'): string {
	if (currency === POINTS)
		return w('points', { sum: figure(minor, currency, signDisplay) })
	return format({ style: 'currency', currency, signDisplay }).format(minor / 10 ** digitsOf(currency))
}

export const unit = (currency = POINTS) => currency === POINTS ? w('points', { sum: '' }).trim() : currency

const WHOLE_MAX = 10

/* What somebody typed: 88 · 88.5 · 88,50 · ８８．５ — as minor units; null when it is no amount with at most two decimals. */
export function readAmount(typed: string): number | null {
	const text = typed.normalize('NFKC').replace(/\s/g, '').replace(/[。,]/g, '.')
	const parts = /^(\d*)(?:\.(\d{0,2}))?$/.exec(text)
	if (!parts || !(parts[1] || parts[2]) || parts[1].length > WHOLE_MAX)
		return null
	return Number(parts[1] || 0) * 100 + Number((parts[2] ?? '').padEnd(2, '0'))
}

/* A whole number from 1, or null. */
export function readCount(typed: string): number | null {
	const text = typed.normalize('NFKC').trim()
	return /^\d{1,6}$/.test(text) && Number(text) > 0 ? Number(text) : null
}
