/* The last step of every way in: take who I am now, then go where this way leads, so that Back does not lead to the door. */
import type { Router } from 'vue-router'
import type { Me } from '../../api/types'
import { refreshMe, take } from '../../store/session'

export async function arrive(router: Router, to: string, me?: Me): Promise<void> {
	if (me)
		take(me)
	else
		await refreshMe()
	await router.replace(to)
}
