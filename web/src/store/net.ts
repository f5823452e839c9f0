/* How things stand with the network, for the strip under the bar. Written by live/socket.ts, read by app.vue and the outbox. */
import { computed, reactive } from 'vue'

export const net = reactive({ online: navigator.onLine, live: false, tried: false, lostAt: 0, now: Date.now() })

addEventListener('online', () => net.online = true)
addEventListener('offline', () => net.online = false)
setInterval(() => net.now = Date.now(), 1000)

const STRIP_AFTER_MS = 1000

/* Said after a second, once, and gone when it is over. */
export const strip = computed<'' | 'offline' | 'connecting'>(() => {
	if (net.live || !net.lostAt || net.now - net.lostAt < STRIP_AFTER_MS)
		return ''
	return net.online ? 'connecting' : 'offline'
})
