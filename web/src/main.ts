/* The only wiring: look and words first, then who is here, then the page asked for; live and offline follow by themselves. */
import { createApp, watch } from 'vue'
import { Locale } from 'vant'
import en from 'vant/es/locale/lang/en-US'
import zh from 'vant/es/locale/lang/zh-CN'
import './look/tokens.css'
import './look/base.css'
import './look/vant.css'
import App from './app.vue'
import { installKeys } from './parts/keys'
import { router } from './router'
import { applyLook } from './store/look'
import { watchFrame } from './store/frame'
import { installStores } from './store/start'
import { installWorker } from './store/worker'
import { lang } from './words'
import './pages/me/install'

applyLook()
watch(lang, now => Locale.use(now === 'zh' ? 'zh-CN' : 'en-US', now === 'zh' ? zh : en), { immediate: true })
watchFrame()
installKeys()
installStores()
createApp(App).use(router).mount('#app')
installWorker()
void import('./pages/me/notices')
