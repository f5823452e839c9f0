/* What a group's name, common ground, rules and tags may be, said before the server says it. */
import { wGroup } from '../../words/group'

export const NAME_MAX = 40
export const GROUND_MAX = 200
export const RULES_MAX = 2000
export const TAGS_MAX = 10
export const CAPACITY_MIN = 2
export const CAPACITY_MAX = 50_000

/* The words under the field, or empty. */
export function tooLong(text: string, most: number): string {
	const length = [...text.trim()].length
	return length > most ? wGroup('tooLong', { n: most, m: length }) : ''
}

export function readTags(text: string): string[] {
	return [...new Set(text.split(/[,，、;；\n]/).map(tag => tag.trim()).filter(Boolean))]
}
