/* Whether an invitation still lets people in, as its own page tells it. */
import type { Invitation } from '../../api/types'

export function stateOf(it: Invitation): 'open' | 'stopped' | 'expired' | 'used' {
	if (it.stopped)
		return 'stopped'
	if (it.expires_at !== null && Date.parse(it.expires_at) <= Date.now())
		return 'expired'
	return it.uses_max !== null && it.used >= it.uses_max ? 'used' : 'open'
}
