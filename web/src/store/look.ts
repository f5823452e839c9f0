/*
 * How the app looks to this person on this device: theme, type step, large type, language, what Enter does. Kept in
 * localStorage, applied to the root element. Nothing here is sent to the server but the language, by api/client.ts.
 */
import { reactive, watchEffect } from 'vue'
import { browserLang, lang, type Lang } from '../words'

export const steps = [16, 18, 20, 24, 30] as const
export type Step = typeof steps[number]

interface Look {
	theme: 'system' | 'light' | 'dark'
	step: Step
	large: boolean
	lang: Lang | null
	enterSends: boolean
	sound: boolean
	motion: boolean
}

const KEY = 'hearth-look'

function kept(): Partial<Look> {
	try {
		return JSON.parse(localStorage.getItem(KEY) ?? '{}')
	} catch {
		return {}
	}
}

export const look = reactive<Look>({
	theme: 'system', step: 16, large: false, lang: null, enterSends: true, sound: false, motion: true, ...kept(),
})

const dark = matchMedia('(prefers-color-scheme: dark)')
const system = reactive({ dark: dark.matches })
dark.addEventListener('change', () => system.dark = dark.matches)

export const isDark = () => look.theme === 'dark' || (look.theme === 'system' && system.dark)

/* Large type starts at 24 and never goes below 18; leaving it returns to the size one had. */
let before: Step = 16
export function setLarge(on: boolean): void {
	if (on && !look.large)
		before = look.step
	look.large = on
	look.step = on ? (look.step < 24 ? 24 : look.step) : before
}

export function setStep(step: Step): void {
	look.step = look.large && step < 18 ? 18 : step
}

export function setLang(to: Lang): void {
	look.lang = to
}

export function applyLook(): void {
	watchEffect(() => {
		const root = document.documentElement
		lang.value = look.lang ?? browserLang()
		root.lang = lang.value === 'zh' ? 'zh-CN' : 'en'
		root.dataset.theme = isDark() ? 'dark' : 'light'
		root.dataset.step = String(look.step)
		if (look.motion)
			delete root.dataset.still
		else
			root.dataset.still = ''
		if (look.large)
			root.dataset.large = ''
		else
			delete root.dataset.large
		for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
			meta.removeAttribute('media')
			meta.content = isDark() ? '#14110E' : look.large ? '#FFFFFF' : '#F6F2EC'
		}
	})
	watchEffect(() => {
		try {
			localStorage.setItem(KEY, JSON.stringify(look))
		} catch { /* a browser that keeps nothing still shows everything */ }
	})
}
