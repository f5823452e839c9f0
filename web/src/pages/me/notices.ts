/*
 * Notices of the system while Hearth is open but out of sight: only after I asked for them here, only for what is said in
 * groups I have not muted, or only where I am mentioned. Nothing is sent to a push service.
 */
import { reactive, watch } from 'vue'
import { bodyOf, listen } from '../../live/feed'
import { router } from '../../router'
import { groups, isMuted } from '../../store/groups'
import { nameOf } from '../../store/people'
import { me } from '../../store/session'
import { wPackets } from '../../words/packets'

const KEY = 'hearth-notices'
const TEXT_MAX = 120

function kept(): { on: boolean; mentions: boolean } {
	try {
		return { on: false, mentions: false, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') }
	} catch {
		return { on: false, mentions: false }
	}
}

export const wantsNotices = reactive(kept())
watch(wantsNotices, now => {
	try {
		localStorage.setItem(KEY, JSON.stringify(now))
	} catch { /* for this visit only */ }
})

export const noticesState = (): NotificationPermission | 'cannot' => 'Notification' in window && isSecureContext ? Notification.permission : 'cannot'

listen(event => {
	const [group, number, author] = event, body = bodyOf(event), known = groups.get(group)
	if (!wantsNotices.on || !document.hidden || author === me.value?.id || !(body.text || body.packet) || !known || isMuted(known.muted) || noticesState() !== 'granted')
		return
	const forMe = body.packet?.for?.includes(me.value?.id ?? -1)
	if (wantsNotices.mentions && !forMe && !body.all && !body.mentions?.includes(me.value?.id ?? -1))
		return
	try {
		const notice = new Notification(known.name, { body: `${nameOf(group, author)}: ${body.packet ? `${wPackets('last')} ${body.packet.message}`.trim() : body.text!.slice(0, TEXT_MAX)}`, tag: `group-${group}`, silent: true })
		notice.onclick = () => {
			window.focus()
			void router.push(`/groups/${group}?at=${number}`)
			notice.close()
		}
	} catch { /* phones only let a service worker do this: then it stays quiet */ }
})
