/* Installing, where the browser can: it says so once, early, so this listens from the start. No bar asks for it. */
import { shallowRef } from 'vue'

interface InstallEvent extends Event { prompt: () => Promise<unknown> }

export const mayInstall = shallowRef<InstallEvent | null>(null)

addEventListener('beforeinstallprompt', event => {
	event.preventDefault()
	mayInstall.value = event as InstallEvent
})
addEventListener('appinstalled', () => mayInstall.value = null)

export async function install(): Promise<void> {
	const event = mayInstall.value
	mayInstall.value = null
	await event?.prompt()
}
