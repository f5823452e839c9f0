/*
 * The words of what only a group that lives here knows, of what is counted of oneself, and of what worked in one's own
 * groups. Chinese first, English beside.
 */
import { words } from './index'

export const wHosted = words({
	title: ['读、免打扰、来去', 'Reading, muting, coming and going'],
	people: ['{n} 人', '{n} person|{n} people'],
	few: ['少于 5 人', 'Fewer than 5'],
	fewWhy: ['少于 5 人，不显示，免得认出是谁。', 'Fewer than 5 people, so not shown: nobody is to be recognised.'],
	now: ['现在', 'Now'],
	members: ['在群里', 'In the group'],
	read: ['读到最近 {n} 条里的', 'Have read into the last {n} messages'],
	muted: ['开了免打扰', 'Have muted it'],
	left: ['自己离开的，之前在群里', 'Left by themselves, after being in it'],
	under_day: ['不到一天', 'Less than a day'],
	under_week: ['不到一周', 'Less than a week'],
	under_month: ['不到四周', 'Less than four weeks'],
	longer: ['更久', 'Longer'],
	inviters: ['请人来的人，请来的里面待满四周的', 'Inviters, by how many they invited stayed four weeks'],
	none: ['没有', 'None'],
	one: ['一个', 'One'],
	some: ['两到四个', 'Two to four'],
	many: ['五个以上', 'Five or more'],
	how1: ['只有人数，没有名字；不到 5 人的不显示，只差一格能推出来的，也一起不显示。', 'Numbers, no names. Below 5 nothing is shown, nor what would give such a number away.'],
	how2: ['你自己不算在内，选了“不计入”的人也不算。', 'You yourself are not counted, nor is anybody who asked to be left out.'],
	how3: ['“读到”说的是：读过最近 {n} 条里最早的那条，或更后面的；在那之后才进群的人不算。', '“Have read” means the first of the last {n} messages, or a later one; whoever joined after it is not counted.'],
	how4: ['请来的人，进群满四周才看留没留下。被移出的人不算“自己离开的”。', 'Whether somebody stayed is looked at four weeks after joining. People who were removed did not leave by themselves.'],

	mineTitle: ['从你的话里数了什么', 'What is counted of you'],
	mineWhat: ['每个群、每一天，你说了几句。最近十二周是：', 'How many messages you wrote in each group, each day. In the last twelve weeks:'],
	mineGroup: ['{n} 句，{days} 天说过话', '{n} message, on {days} of the days|{n} messages, on {days} of the days'],
	mineNone: ['最近十二周，没有数到你的话。', 'In the last twelve weeks nothing of yours was counted.'],
	mineOut: ['你选了“不计入”，所以什么都没有数。', 'You asked to be left out, so nothing is counted.'],
	mineGreet: ['你安静久了，群主会在群温里看到你的名字。', 'When you are quiet for long, the warmth shows your name to the group’s owner.'],
	mineNoGreet: ['在群温里，群主看不到你的名字。', 'In the warmth of a group here, its owner does not see your name.'],

	worked: ['在你的群里做过 {n} 次：{list}。', 'Done {n} time in your groups: {list}.|Done {n} times in your groups: {list}.'],
	and: ['，', ', '],
	helped: ['{n} 次有帮助', '{n} helped'],
	no_sign: ['{n} 次看不出变化', '{n} with no sign of change'],
	harmed: ['{n} 次反而凉了', '{n} got cooler'],
	too_early: ['{n} 次还太早', '{n} too early to say'],
	too_little: ['{n} 次话太少，看不出来', '{n} with too little talk to tell'],
	ratio: ['合起来，之后的话是原来会有的 {p}%（{low}–{high}%）。', 'Taken together, talk after it was {p}% of what was to be expected ({low}–{high}%).'],
})
