/* How wide the window is, in the steps the layout knows, and how high what is left above an on-screen keyboard. */
import { reactive } from 'vue'

const two = matchMedia('(min-width: 600px)'), desk = matchMedia('(min-width: 1024px)'), wide = matchMedia('(min-width: 1280px)')

/* two: list and page · desk: rail, list, page · wide: and a detail pane */
export const frame = reactive({ two: two.matches, desk: desk.matches, wide: wide.matches })

export function watchFrame(): void {
	const measure = () => Object.assign(frame, { two: two.matches, desk: desk.matches, wide: wide.matches })
	for (const query of [two, desk, wide])
		query.addEventListener('change', measure)
	const view = window.visualViewport
	if (!view || CSS.supports('-webkit-touch-callout', 'none') === false)
		return
	/* iPhones lay the keyboard over the page: take the height that is seen, and keep the page from sliding up. */
	const fit = () => {
		document.documentElement.style.setProperty('--height', `${Math.round(view.height)}px`)
		scrollTo(0, 0)
	}
	view.addEventListener('resize', fit)
	view.addEventListener('scroll', fit)
	fit()
}
