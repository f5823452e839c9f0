/*
 * How the weekly course is drawn: the options that WeekChart gives to ECharts. Pure but for the colours, which it is handed.
 * Measured solid, ahead dashed in two nested bands, changes as uprights with their word, what was done as ▲ on the axis.
 */
import { count } from '../../words'
import { wModels } from '../../words/models'
import { wWarmth } from '../../words/warmth'
import type { WeekRow } from './report'

export interface AheadWeek { startMs: number; percent: number; low50: number; high50: number; low80: number; high80: number }
export interface Mark { index: number; down: boolean }
export interface Course { weeks: WeekRow[]; ahead: AheadWeek[]; band: [number, number] | null; turns: Mark[]; did: number[]; recent: number }
export interface Look { warm: string; cool: string; text: string; edge: string; hair: string; link: string; small: number; font: string }

const AHEAD_HIGHER_MOST = 1.5 /* a wide band may not press the measured line flat; the table has its numbers */
const LINES_MOST = 4
const STEPS = [25, 50, 100, 200, 250, 500]

function stepFor(most: number): number {
	const unit = 10 ** Math.max(0, Math.floor(Math.log10(most / 1000)))
	return STEPS.map(step => step * unit).find(step => most / step <= LINES_MOST) ?? 1000 * unit
}

/* The scale's end and its step. */
function scale({ weeks, ahead, band }: Course): [top: number, step: number] {
	const measured = Math.max(120, band?.[1] ?? 0, ...weeks.map(each => each.percent ?? 0))
	const most = Math.min(Math.max(measured, ...ahead.map(each => each.high80)), AHEAD_HIGHER_MOST * measured)
	const step = stepFor(most)
	return [Math.ceil(most / step) * step, step]
}

function fan({ weeks, ahead }: Course, { cool }: Look): object[] {
	const data = (of: (each: AheadWeek) => number) => [...weeks.map(() => null), ...ahead.map(of)]
	const band = (stack: string, low: (each: AheadWeek) => number, high: (each: AheadWeek) => number, opacity: number) => [
		{ type: 'line', stack, symbol: 'none', silent: true, lineStyle: { opacity: 0 }, data: data(low) },
		{ type: 'line', stack, symbol: 'none', silent: true, lineStyle: { opacity: 0 }, areaStyle: { color: cool, opacity }, data: data(each => high(each) - low(each)) },
	]
	return !ahead.length ? [] : [
		...band('80', each => each.low80, each => each.high80, 0.16), ...band('50', each => each.low50, each => each.high50, 0.26),
		{ type: 'line', symbol: 'none', silent: true, lineStyle: { color: cool, width: 2, type: 'dashed' }, data: data(each => each.percent) },
	]
}

/* Words at a height of their own, so that two that are near stand one below the other. */
function turns({ turns: marks }: Course, top: number, { text, small, font }: Look): object[] {
	return marks.map(({ index, down }, n) => ({
		type: 'line', silent: true, symbol: 'circle', symbolSize: 0.1, data: [[index, top * (n % 2 ? 0.84 : 0.95)]], itemStyle: { color: text },
		label: { show: true, position: 'right', distance: 3, color: text, fontSize: small, fontFamily: font, formatter: wModels(down ? 'turnDown' : 'turnUp') },
	}))
}

export function courseOption(course: Course, look: Look, at: number, axisWord: (index: number) => string): Record<string, unknown> {
	const { weeks, ahead, band, did, recent } = course, { edge, small, text, font } = look
	const [top, step] = scale(course)
	const label = { color: text, fontSize: small, fontFamily: font }
	const upright = (index: number, words: string, align: 'left' | 'center' | 'right') => ({
		xAxis: index, lineStyle: { color: edge, width: 1, type: 'solid' as const },
		label: words ? { ...label, formatter: words, position: 'end' as const, align, distance: 4 } : { show: false },
	})
	return {
		animation: false,
		grid: { left: 4, right: 8, top: small + 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
		xAxis: {
			type: 'category', data: [...weeks, ...ahead].map((_, index) => index), boundaryGap: false, axisTick: { show: false },
			axisLine: { lineStyle: { color: edge } },
			axisLabel: { ...label, interval: 0, hideOverlap: true, formatter: (index: string) => axisWord(Number(index)) },
		},
		yAxis: {
			type: 'value', min: 0, max: top, interval: step, axisLabel: { ...label, formatter: (n: number) => `${count(n)}%` },
			splitLine: { lineStyle: { color: look.hair } },
		},
		series: [{
			type: 'line', data: weeks.map(each => Math.round(each.percent ?? 0)), symbol: 'none', silent: true, lineStyle: { color: look.warm, width: 2.5 },
			markArea: band ? { silent: true, itemStyle: { color: edge, opacity: 0.28 }, data: [[{ yAxis: band[0] }, { yAxis: band[1] }]] } : undefined,
			markLine: {
				silent: true, symbol: 'none', animation: false,
				data: [
					{ yAxis: 100, lineStyle: { color: edge, width: 1, type: 'dashed' }, label: { show: false } },
					...(recent > 0 ? [upright(recent, wWarmth('recentMark'), ahead.length ? 'right' : 'center')] : []),
					...(ahead.length ? [upright(weeks.length - 1, wModels('fanToday'), 'center')] : []),
					...course.turns.map(({ index }) => ({ ...upright(index, '', 'left'), lineStyle: { color: text, width: 1.5, type: 'dotted' as const } })),
					{ xAxis: at, lineStyle: { color: look.link, width: 2, type: 'solid' }, label: { show: false } },
				],
			},
		}, ...fan(course, look), ...turns(course, top, look), {
			type: 'line', silent: true, symbol: 'triangle', symbolSize: small * 0.9, symbolOffset: [0, '-40%'], lineStyle: { opacity: 0 },
			itemStyle: { color: text, opacity: 1 }, data: did.map(index => [index, 0]),
		}],
	}
}
