/* The words of member lists and of what is inferred from them. Chinese first, English beside. */
import { words } from './index'

export const wRosters = words({
	title: ['成员名单', 'Member lists'],
	lead: ['微信这样的群，谁离开了不会说。把隔一段时间的成员名单各贴一份，就能推算这中间进来几次、离开几次。',
		'Chats like WeChat tell nobody who left. Paste member lists of different days, and how many came and left in between can be inferred.'],
	note: ['推算的，不是记录到的。改了名字的人，会算成一走一来；两份之间来了又走、没说过话的，看不出来。',
		'Inferred, not recorded. Whoever changed the name counts as one who left and one who came. Who came, said nothing and left between two lists is not seen.'],
	names: ['名单', 'Names'],
	namesHint: ['一行一个名字，用顿号、逗号隔开也行。', 'One name a line, or parted by commas.'],
	at: ['这是哪一天的名单', 'The day of this list'],
	atHint: ['名单太长，可以同一天分几次贴。', 'A long list can be pasted in parts, all of the same day.'],
	add: ['记下这份名单', 'Enter this list'],
	added: ['记下了 {n} 个名字。', '{n} name entered.|{n} names entered.'],
	entered: ['记下的名单', 'Lists entered'],
	none: ['还没有名单。要有两个日子的，才能推算。', 'No lists yet. It takes lists of two days to infer anything.'],
	oneDay: ['再记一份别的日子的，就能推算了。', 'One more, of another day, and something can be inferred.'],
	count: ['{n} 个名字', '{n} name|{n} names'],
	remove: ['拿走', 'Take away'],
	removeFor: ['拿走{date}的名单', 'Take away the list of {date}'],
	removed: ['拿走了。', 'Taken away.'],
	hosted: ['这个群就在这里，谁进来、谁离开，它自己都记着。', 'This group lives here and records itself who comes and who goes.'],
	joins: ['推算进来 {n} 次。', 'One joining is inferred.|{n} joinings are inferred.'],
	leaves: ['推算离开 {n} 次。', 'One leaving is inferred.|{n} leavings are inferred.'],
	inferred: ['推算的，不是记录到的：比的是{from}到{to}的成员名单。', 'Inferred, not recorded: from the member lists of {from} to {to}.'],
})
