/*
 * Every address of the app (UI.md, Map). A page is pages/NamePage.vue and is fetched when it is first opened. `tab` says
 * which of the tabs it belongs to, `detail` that from 1280 on it stands beside its group's chat, `open` that a visitor
 * may see it, `bare` that it has the whole window to itself.
 */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { Component } from 'vue'
import { installLayers, watchBack } from './parts/layers'
import { loadMe, me } from './store/session'
import { look } from './store/look'

declare module 'vue-router' {
	interface RouteMeta { tab?: 'groups' | 'today' | 'packets' | 'me'; detail?: boolean; open?: boolean; bare?: boolean; top?: boolean }
}

const pages = import.meta.glob('./pages/*.vue')

type Row = [path: string, page: string, meta: RouteRecordRaw['meta']]
const rows: Row[] = [
	['/home', 'HomePage', { bare: true }],
	['/door', 'DoorPage', { open: true, bare: true }],
	['/i/:code', 'InvitationPage', { open: true, bare: true }],
	['/enter/:code', 'EnterPage', { open: true, bare: true }],
	['/start', 'StartPage', { bare: true }],
	['/groups', 'GroupsPage', { tab: 'groups', top: true }],
	['/groups/new', 'GroupNewPage', { tab: 'groups' }],
	['/groups/:group(\\d+)', 'ChatPage', { tab: 'groups' }],
	['/groups/:group(\\d+)/about', 'AboutPage', { tab: 'groups', detail: true }],
	['/groups/:group(\\d+)/members', 'MembersPage', { tab: 'groups', detail: true }],
	['/groups/:group(\\d+)/members/:person(\\d+)', 'MemberPage', { tab: 'groups', detail: true }],
	['/groups/:group(\\d+)/invite', 'InvitePage', { tab: 'groups' }],
	['/groups/:group(\\d+)/names', 'NamesPage', { tab: 'groups' }],
	['/groups/:group(\\d+)/manage', 'ManagePage', { tab: 'groups' }],
	['/groups/:group(\\d+)/packets', 'BoardPage', { tab: 'groups' }],
	['/groups/:group(\\d+)/packets/new', 'PacketNewPage', { tab: 'groups' }],
	['/groups/:group(\\d+)/packets/:packet(\\d+)', 'PacketPage', { tab: 'groups', detail: true }],
	['/packets', 'PacketsPage', { tab: 'packets', top: true }],
	['/packets/:packet(\\d+)', 'PacketFindPage', { tab: 'packets' }],
	['/today', 'TodayPage', { tab: 'today', top: true }],
	['/thermometer/new', 'DropPage', { tab: 'today' }],
	['/thermometer/:group(\\d+)', 'ThermometerPage', { tab: 'today' }],
	['/thermometer/:group(\\d+)/:part(silence|newcomers|remedies|source)', 'ThermometerPartPage', { tab: 'today' }],
	['/thermometer/:group(\\d+)/members-list', 'RostersPage', { tab: 'today' }],
	['/thermometer/:group(\\d+)/failings/:failing', 'FailingPage', { tab: 'today' }],
	['/me', 'MePage', { tab: 'me', top: true }],
	['/me/look', 'LookPage', { tab: 'me' }],
	['/me/notify', 'NotifyPage', { tab: 'me' }],
	['/me/devices', 'DevicesPage', { tab: 'me' }],
	['/me/wallet', 'WalletPage', { tab: 'me' }],
	['/me/data', 'DataPage', { tab: 'me' }],
	['/site', 'SitePage', { tab: 'me' }],
]

const routes: RouteRecordRaw[] = rows.filter(([, page]) => pages[`./pages/${page}.vue`]).map(([path, page, meta]) => ({
	path, name: page, meta, component: pages[`./pages/${page}.vue`] as () => Promise<Component>, props: true,
}))

/* A page that this version has is a link; others are not shown. */
export const hasPage = (name: string) => `./pages/${name}.vue` in pages

routes.push(
	/* Not a redirect: those are followed before it can be asked who is here. */
	{ path: '/', name: 'start-here', meta: { open: true, bare: true }, component: () => import('./pages/NowherePage.vue'), beforeEnter: async () => {
		await loadMe()
		return { path: me.value ? (look.large && hasPage('HomePage') ? '/home' : '/groups') : '/door', replace: true }
	} },
	{ path: '/:rest(.*)*', name: 'nowhere', meta: { open: true, bare: true }, component: () => import('./pages/NowherePage.vue') },
)

watchBack(() => router?.currentRoute.value.fullPath)

export const router = createRouter({ history: createWebHistory(), routes })

router.beforeEach(async to => {
	if (to.meta.open) {
		void loadMe()
		return true
	}
	await loadMe()
	return me.value ? true : { path: '/door', query: to.fullPath === '/groups' ? {} : { to: to.fullPath } }
})

installLayers(router)

/* A new version was put on the server and an old page file is gone: take the new one. */
router.onError((why, to) => {
	if (/dynamically imported module|module script|preload CSS/i.test(String(why)) && navigator.onLine)
		location.assign(to.fullPath)
})

/* Back to the chat alone: a step back when it was the page before, so that Back does not open the detail again. */
export function closeDetail(group: string): void {
	const chat = `/groups/${group}`
	if (history.state?.back === chat)
		router.back()
	else
		void router.replace(chat)
}
