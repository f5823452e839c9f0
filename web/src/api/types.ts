/*
 * What the server's entries take and answer. Their shapes are generated from the document the server prints (`npm run
 * types`); here they get the names the app uses. What travels only over the socket, or is not in that document, is
 * written out. Times are RFC 3339 in UTC; ids are integers.
 */
import type { components } from './schema'

type Of = components['schemas']

export type Me = Of['Me']
export type SessionRow = Of['Session']
export type Last = Of['LastMessage']
export type Group = Of['Group']
export type GroupMore = Of['GroupWhole']
export type Role = Group['role']
export type Muted = Group['muted']
export type Member = Of['Member']
export type MemberMore = Of['MemberWhole']
export type Members = Of['Members']
export type Invitation = Of['Invitation'] & { qr?: string }
export type InvitationView = Of['InvitationPage']
export type Request = Of['Waiting']
export type Picture = Of['Picture']
export type Reply = Of['RepliedTo']
export type Site = Of['Site']
export type Roster = Of['Roster']
export type RosterRemoved = Of['RosterRemoved']

/* A message as the server gives it, or an event between messages as the socket brought it. */
export type Message = Omit<Of['Message'], 'kind'> & { kind: Of['Message']['kind'] | 'event' | 'packet'; event?: EventBody }
export type Messages = Omit<Of['Messages'], 'messages'> & { messages: Message[] }

export interface EventBody {
	text?: string
	reply?: number
	mentions?: number[]
	all?: boolean
	picture?: Picture
	recalled?: number
	removed?: number
	joined?: number
	name?: string
	gone?: number
	role?: [number, Role]
	changed?: Record<string, unknown>
	named?: [number, string]
	history?: boolean
	link_for?: number
	packet?: Packet
	grabbed?: Grabbed
	returned?: Returned
	dissolved?: boolean
}

/* Money is whole minor units of one currency. Where nobody in particular was answered it is not known whether a share is mine. */
type Told = 'for_me' | 'mine' | 'ended_at' | 'returned'
export type Packet = Omit<Of['Packet'], Told> & Partial<Pick<Of['Packet'], Told>> & { for?: number[]; group_name?: string }
export type PacketWhole = Packet & Pick<Of['PacketWhole'], 'luckiest' | 'key' | 'commitment' | 'nonce' | 'share_min' | 'share_max'> & { secret?: string | null; split?: number[] | null }
export type Grab = Omit<Of['PacketGrabbed'], 'at'> & { at?: string }
export interface PacketAnswer { packet: PacketWhole; grabs: Grab[] }

export interface Grabbed {
	packet: number
	state: Packet['state']
	taken: number
	taken_sum: number
	grabs: [account: number, name: string, place: number, amount: number][]
	luckiest?: number
}

export interface Returned { packet: number; state: Packet['state']; taken: number; taken_sum: number; returned: number }

export type PacketTerms = Of['PacketTerms']
export type Outcome = { outcome: 'got'; amount: number; place: number } | { outcome: 'gone' | 'over' | 'not_for_you' }
export type Board = Of['PacketBoard']
export type Wallet = Of['Wallet']
export type WalletEntry = Of['WalletEntry'] & { currency?: string }
export type SitePackets = Of['PacketRule']

/* One of a group's events as /events and the socket give it. */
export type LiveEvent = [group: number, number: number, author: number, at_ms: number, body: string | EventBody]

export type HistoryLine = Of['HistoryLine']
export type History = Of['History']
export type HistoryAuthor = Of['HistoryAuthor']
export interface Events { events: LiveEvent[]; last: number; more: boolean }

export type ThermoGroup = Of['GroupWarmth']
export type TodayCardData = Of['Card']
export type Remedy = Of['Remedy']
export type RemedyDone = Of['RemedyDone']

export interface ImportFile {
	id: number
	name: string
	state: 'reading' | 'asks' | 'done' | 'strange' | 'stopped'
	format: string | null
	format_title: string
	bytes: number
	bytes_read: number
	lines: number
	messages: number
	skipped: number
	groups: { index: number; name: string; messages: number; members: number; first_at: string; last_at: string }[]
	asks: { zone: boolean; date_order: boolean; year: boolean }
	people: { name: string; messages: number }[]
	first_lines: { at: string; author_name: string; text: string }[]
	examples: { line: number; file: string; text: string }[]
	why: string | null
	kept: number | null
}

export interface Report {
	group: string
	format: string
	span: { first: string; last: string }
	messages: number
	members: number
	joins: number | null
	leaves: number | null
	series: { week: string; messages: number; speakers: number }[]
	people: { name: string; messages: number; first: string; last: string; silent: boolean | null }[]
	order_of_silence: { rho: number | null; low: number | null; high: number | null; p_null: number | null; gone: number }
	skipped: { lines: number; examples: { line: number; file?: string; text: string }[] }
	[more: string]: unknown
}
