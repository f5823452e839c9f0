/* The service worker: puts the app's own files and the pictures' thumbs on this device. Absent on plain http, and then so be it. */
import { wCommon } from '../words/common'
import { snack } from '../parts/snack'

export function installWorker(): void {
	if (!import.meta.env.PROD || !('serviceWorker' in navigator) || !isSecureContext)
		return
	const start = () => navigator.serviceWorker.register('/sw.js').then(found => {
		found.addEventListener('updatefound', () => {
			const next = found.installing
			next?.addEventListener('statechange', () => {
				if (next.state === 'installed' && navigator.serviceWorker.controller)
					snack(wCommon('newVersion'), { label: wCommon('reload'), run: () => location.reload() })
			})
		})
	}).catch(() => {})
	if (document.readyState === 'complete')
		void start()
	else
		addEventListener('load', () => void start(), { once: true })
}
