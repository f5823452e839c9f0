/* What starts when somebody is signed in and ends when he is not. The only place that knows all stores. */
import { startFeed, stopFeed } from '../live/feed'
import { forgetDrafts, loadDrafts } from './drafts'
import { forgetGrabs } from './grabs'
import { forgetGroups, loadGroups } from './groups'
import { forgetLogs } from './log'
import { forgetOutbox, loadOutbox } from './outbox'
import { forgetPackets, loadPackets } from './packets'
import { forgetNames } from './people'
import { forgetSends, loadSends } from './sends'
import { onSession } from './session'

export function installStores(): void {
	onSession(async () => {
		await Promise.all([loadGroups(), loadDrafts(), loadOutbox(), loadPackets(), loadSends()])
		await startFeed()
	}, () => {
		stopFeed()
		forgetGroups()
		forgetDrafts()
		forgetOutbox()
		forgetLogs()
		forgetGrabs()
		forgetPackets()
		forgetSends()
		forgetNames()
	})
}
