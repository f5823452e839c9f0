/* A sign-in's browser line as people say it: "Chrome · Android". What is not known is left as it came, cut short. */
const BROWSERS: [RegExp, string][] = [[/Edg\//, 'Edge'], [/MicroMessenger/, '微信'], [/QQ\//, 'QQ'], [/OPR\//, 'Opera'], [/SamsungBrowser/, 'Samsung Internet'], [/Firefox|FxiOS/, 'Firefox'],
	[/CriOS|Chrome\//, 'Chrome'], [/Safari\//, 'Safari']]
const SYSTEMS: [RegExp, string][] = [[/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Mac OS X/, 'Mac'], [/CrOS/, 'ChromeOS'], [/Linux/, 'Linux']]
const LENGTH_MAX = 40

const first = (all: [RegExp, string][], agent: string) => all.find(([pattern]) => pattern.test(agent))?.[1]

export function agentName(agent: string | null): string {
	const names = [first(BROWSERS, agent ?? ''), first(SYSTEMS, agent ?? '')].filter(Boolean)
	return names.length ? names.join(' · ') : (agent ?? '').slice(0, LENGTH_MAX) || '?'
}

export const isPhone = (agent: string) => /Mobile|iPhone|Android/.test(agent)
