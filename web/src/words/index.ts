/*
 * The app's own words in both languages, side by side. A page area has a table in words/NAME.ts:
 *
 *     export const wGroups = words({ empty: ['还没有群。', 'No groups yet.'], people: ['{n} 人', '{n} person|{n} people'] })
 *     wGroups('people', { n: 3 })
 *
 * Where English differs between one and many, `|` parts them and `n` chooses. The language is chosen by the browser,
 * then by the person (store/look.ts keeps it). What the server says comes in the same language by Accept-Language.
 */
import { ref } from 'vue'

export type Lang = 'zh' | 'en'
export type Values = Record<string, string | number>
export type Table = Record<string, readonly [zh: string, en: string]>
export type Words<T extends Table> = (key: keyof T & string, values?: Values) => string

export function browserLang(): Lang {
	for (const wanted of navigator.languages ?? [navigator.language]) {
		if (/^zh/i.test(wanted))
			return 'zh'
		if (/^en/i.test(wanted))
			return 'en'
	}
	return 'en'
}

export const lang = ref<Lang>(browserLang())

/* Chinese and Latin letters get a thin look of air between them only where the writer put a space; nothing is added. */
export function words<T extends Table>(table: T): Words<T> {
	return (key, values) => {
		let text: string = table[key][lang.value === 'zh' ? 0 : 1]
		if (lang.value === 'en' && text.includes('|')) {
			const [one, many] = text.split('|')
			text = Number(values?.n) === 1 ? one : many
		}
		if (values)
			text = text.replace(/\{(\w+)\}/g, (whole, name) => {
				const value = values[name]
				return value === undefined ? whole : typeof value === 'number' ? count(value) : value
			})
		return text
	}
}

/* 1,234 · from 10,000: 1.2 万 / 12,000 */
export function count(n: number): string {
	if (lang.value === 'zh' && Math.abs(n) >= 10_000) {
		const [part, unit] = Math.abs(n) >= 100_000_000 ? [n / 100_000_000, '亿'] : [n / 10_000, '万']
		return `${(Math.floor(part * 10) / 10).toLocaleString('zh-CN')} ${unit}`
	}
	return n.toLocaleString(lang.value === 'zh' ? 'zh-CN' : 'en-GB')
}

export function bytes(n: number): string {
	const steps = ['B', 'KB', 'MB', 'GB', 'TB']
	let at = 0
	for (; n >= 1024 && at < steps.length - 1; at++)
		n /= 1024
	return `${n < 10 && at ? n.toFixed(1) : Math.round(n)} ${steps[at]}`
}
