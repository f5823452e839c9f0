/*
 * What the models say of a group, as the server writes it (src/report/json_models.c), and how its numbers are put into words.
 * Pure. A report that was kept before these existed has none of them: every field may be missing. Not here: the level (report.ts).
 */
import { lang } from '../../words'
import { wModels } from '../../words/models'

export interface Chance { p: number | null; low: number | null; high: number | null; why: string | null }
export interface Past { due: number; came: number; expected: number; alarms: number; alarms_came: number; brier: number | null }
export interface FanWeek { week: string; expected: number; low_50: number; high_50: number; low_80: number; high_80: number }
export interface ForecastRow { at: string; halve: number | null; halved: boolean | null; fall: number | null; fell: boolean | null }
export interface Forecast {
	why: string | null; at: string | null; halve: Chance; fall: Chance; halve_past: Past; fall_past: Past; fan: FanWeek[]; rows: ForecastRow[]
}
export interface Departures {
	answer: string; why: string | null; ratio: number | null; low: number | null; high: number | null
	p_like: number | null; p_stays: number | null; p_shuffled: number | null
	core: number; core_gone: number; edge: number; edge_gone: number
}
export interface Contagion {
	answer: string; why: string | null; ratio: number | null; low: number | null; high: number | null; p_shifted: number | null
	gone: number; followed: number; expected: number | null
}
export interface EbbAt { at: string; why: string | null; share: number | null; low: number | null; high: number | null; core: number }
export interface Change { at: string; before: number; after: number }
export interface Portion { of: number; all: number; share: number | null; low: number | null; high: number | null }
export interface Newcomers {
	steps: { came: number; unanswered: number }[]
	unanswered: Portion; back_answered: Portion; back_unanswered: Portion; joiners_spoke: Portion
}

export const FAILINGS = ['no_persistence', 'self_interest', 'ego', 'not_giving', 'poor_activities', 'mixed_crowd'] as const
export type FailingName = typeof FAILINGS[number]
/* A message of a file, or (file empty, line 0) of a history: its first words. */
export interface Said { at: string; author: string; text: string; file: string; line: number; why: string | null }
export interface Failing {
	failing: FailingName; sign: 'none' | 'some' | 'clear' | 'unknown'; level: number | null; low: number | null; high: number | null
	past: number | null; why: string | null; evidence: number[]; said?: Said[]
}

export interface Models {
	forecast?: Forecast
	departures?: Departures
	contagion?: Contagion
	evaporation?: { now: EbbAt; before: EbbAt[] }
	changes?: { why: string | null; list: Change[] }
	newcomers?: Newcomers
	failings?: Failing[]
}

/* Fewer could be recognised. */
export const TOLD_MIN = 5

/* 约 3 次; never none and never all: a chance is no promise. */
export function inTen(p: number): string {
	const n = Math.round(p * 10)
	return n < 1 ? wModels('chanceFew') : n > 9 ? wModels('chanceMost') : n === 1 ? wModels('chanceOne') : wModels('chance', { n })
}

export function inTenSpan(low: number, high: number): string {
	const from = Math.round(low * 10), to = Math.max(1, Math.round(high * 10))
	return from < 1 ? wModels('chanceUpTo', { high: to }) : from === to ? '' : wModels('chanceSpan', { low: from, high: to })
}

const real = (n: number, digits: number) => n.toLocaleString(lang.value === 'zh' ? 'zh-CN' : 'en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace('-', '−')
export const decimal = (n: number | null | undefined, digits = 2) => n === null || n === undefined ? wModels('unknownWord') : real(n, digits)
export const percent = (share: number | null | undefined) => real(100 * (share ?? 0), 0)
/* A log ratio as times: 2.3, 0.45 */
export const times = (log: number | null) => real(Math.exp(log ?? 0), Math.exp(log ?? 0) < 1 ? 2 : 1)
/* A probability of chance: 3%, under 1% */
export const ofChance = (p: number | null) => p === null ? wModels('unknownWord') : p < 0.01 ? '<1%' : `${Math.round(p * 100)}%`

/* A level from 0 to 1 on a scale of ten. */
export const ofTen = (level: number | null) => level === null ? wModels('unknownWord') : String(Math.round(10 * level))
export function saidSays({ author, text, file, line, why }: Said): string {
	if (why === 'not read again')
		return wModels('saidNotAgain')
	const words = text || wModels(why === 'no text' ? 'saidNoText' : 'saidMedia')
	return file ? wModels('said', { who: author, text: words, file, n: line }) : wModels('saidKept', { who: author, text: words })
}

const WHYS: Record<string, 'whyOwner' | 'whyYoung' | 'whyFew' | 'whyText' | 'whyCalls'> = {
	'no owner': 'whyOwner', 'too young': 'whyYoung', 'too few': 'whyFew', 'no text': 'whyText', 'no calls': 'whyCalls',
}
export function failingSays({ sign, why }: Failing): string {
	const because = WHYS[why ?? '']
	return wModels(`sign${sign}`) + (sign === 'unknown' && because ? wModels('because', { why: wModels(because) }) : '')
}
