/* What may be done with a message, by whom: acts one may not do are absent. The acts of the server are done here. */
import { post, say } from '../../api/client'
import type { Group } from '../../api/types'
import { wChat } from '../../words/chat'
import type { Act } from './ChatMenu.vue'
import type { Row } from './rows'

const RECALL_MS = 120_000

type Do = (row: Row) => void

export interface Doing { reply: Do; copy: Do; select: Do; reads: (row: Row) => Promise<void>; remove: Do; resend: Do; throwAway: Do }

async function recall(group: number, number: number): Promise<void> {
	try {
		await post(`/groups/${group}/messages/${number}/recall`)
	} catch (why) {
		say(why)
	}
}

export async function takeOut(group: number, number: number): Promise<void> {
	try {
		await post(`/groups/${group}/messages/${number}/remove`)
	} catch (why) {
		say(why)
	}
}

export function actsOf(row: Row, group: Group, to: Doing): Act[] {
	const acts: Act[] = []
	if (row.sending) {
		if (row.sending.state === 'refused')
			acts.push({ name: wChat('resend'), icon: 'resend', run: () => to.resend(row) })
		if (row.text)
			acts.push({ name: wChat('copy'), icon: 'copy', run: () => to.copy(row) })
		if (row.sending.state !== 'sending')
			acts.push({ name: wChat('throwAway'), icon: 'remove', run: () => to.throwAway(row) })
		return acts
	}
	const here = group.state === 'in'
	if (here)
		acts.push({ name: wChat('reply'), icon: 'reply', run: () => to.reply(row) })
	if (row.text) {
		acts.push({ name: wChat('copy'), icon: 'copy', run: () => to.copy(row) })
		acts.push({ name: wChat('select'), icon: 'select', run: () => to.select(row) })
	}
	if (here && row.mine && Date.now() - row.at < RECALL_MS)
		acts.push({ name: wChat('recall'), icon: 'recall', run: () => void recall(group.id, row.number) })
	if (here && group.role !== 'member' && !row.mine)
		acts.push({ name: wChat('remove'), icon: 'remove', grave: true, run: () => to.remove(row) })
	if (row.mine)
		acts.push({ name: wChat('reads'), icon: 'reads', run: () => void to.reads(row) })
	return acts
}
