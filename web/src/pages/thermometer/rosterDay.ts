/* The day of a member list: midnight UTC for the server, a day of the calendar for people, whatever zone they are in. */
import { date } from '../../words/time'

export const dayOf = (at: string) => date(`${at.slice(0, 10)}T12:00`)

export function today(): string {
	const now = new Date()
	return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())).toISOString().slice(0, 10)
}
