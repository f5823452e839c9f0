/*
 * The words (failing_words.h says what is promised). Chinese is written first; English says the same.
 * Called by: the report. Owns: the table. Not here: how it is laid out.
 */
#include "report/failing_words.h"

static const struct failing_words failings[WARMTH_FAILINGS][2] = {
	[WARMTH_NO_PERSISTENCE] = {
		{ "No persistence", "Some weeks went by without you starting or answering anything, and new people waited.",
			"You were there week after week, and new people were answered.",
			"There is too little to say whether you were there steadily.",
			"New people nobody answered, and your own latest words." },
		{ "没坚持", "有些星期没见你起头或回应，新来的人也在等。", "你每个星期都在，新来的也有人回应。",
			"记录还太少，看不出你是不是一直都在。", "没人回应的新人，还有你最近说的话。" } },
	[WARMTH_SELF_INTEREST] = {
		{ "Self-interest", "A good part of what you post sells something, and people answer it less than other talk.",
			"What you recommend is little, or people answer it as gladly as anything else.",
			"Without the words themselves there is no telling what was selling and what was talk.",
			"Offers of yours that hardly anybody answered." },
		{ "图私利", "你发的有不少是卖东西的，大家接得比别的话少。", "推荐的不多，或者大家一样愿意接。",
			"没有文字，分不出哪句是推荐，哪句是聊天。", "你发出去、没什么人接的推荐。" } },
	[WARMTH_EGO] = {
		{ "Ego", "After you speak the others say less, or the talk ends with your words, more often than elsewhere.",
			"When you come in, the others go on talking.",
			"There are too few of your words to see what happens after them.",
			"Talks that ended with a word of yours." },
		{ "太自我", "你说完以后，大家的话比别的群少，或者话常常停在你这里。", "你来了，大家接着聊。",
			"你说的还不多，看不出之后会怎样。", "停在你这句话上的聊天。" } },
	[WARMTH_NOT_GIVING] = {
		{ "Not giving",
			"More answers and packets came to you than went out from you, more than is usual for those who lead.",
			"What you give and what you get are about even.",
			"There were too few answers or packets to weigh them.",
			"Words to you that waited more than a day." },
		{ "少付出", "你收到的回应和红包，比你给出去的多，也比别的带群的人多。", "你给的和收到的差不多。",
			"回应和红包还太少，没法比。", "对你说、等了一天以上的话。" } },
	[WARMTH_POOR_ACTIVITIES] = {
		{ "Poor activities", "When you call people together, hardly more of them come than to any other talk.",
			"When you call, more people come than usual.",
			"No call of yours was seen often enough to say what it brings.",
			"Calls after which few spoke." },
		{ "活动弱", "你招呼大家的时候，来的人没比平常聊天多。", "你一招呼，来的人比平常多。",
			"没看到几次你招呼大家，说不出效果。", "招呼之后没什么人说话的那几次。" } },
	[WARMTH_MIXED_CROWD] = {
		{ "Mixed crowd", "People here talk in separate circles, or about things the others do not share.",
			"People here talk with each other, and about the same things.",
			"There are too few regulars to see what they share.",
			"A word from each circle, to see what it talks about." },
		{ "人太杂", "群里的人各聊各的，聊的事也搭不到一起。", "群里的人互相聊得来，聊的也是差不多的事。",
			"常说话的人还太少，看不出有没有共同的话。", "每个小圈子里的一句话，看看他们在聊什么。" } },
};

static const char *const doubts[][2] = {
	[WARMTH_FAILING_SURE] = { NULL, NULL },
	[WARMTH_FAILING_NO_OWNER] = { "It is not known which of the members is you.", "还不知道哪一个是你。" },
	[WARMTH_FAILING_TOO_YOUNG] = { "This takes twelve whole weeks of talk.", "要有整整 12 周的聊天才看得出。" },
	[WARMTH_FAILING_TOO_FEW] = { "In these twelve weeks there was too little of it to count.", "这 12 周里次数太少，没法数。" },
	[WARMTH_FAILING_NO_TEXT] = { "This kind of file has no words in it.", "这种文件里没有文字。" },
	[WARMTH_FAILING_NO_CALLS] = { "In these twelve weeks you called nobody together.", "这 12 周里没看到你招呼大家做什么。" },
};

static const char *const signs[][2] = {
	[WARMTH_SIGN_UNKNOWN] = { "Unknown", "不知道" },
	[WARMTH_SIGN_NONE] = { "No sign", "没看到迹象" },
	[WARMTH_SIGN_SOME] = { "Some sign", "有一点迹象" },
	[WARMTH_SIGN_CLEAR] = { "Clear sign", "迹象明显" },
};

static const char *const parts[WARMTH_PARTS][2] = {
	[WARMTH_PART_WEEKS_MISSED] = { "Share of weeks in which you started, answered or greeted nothing",
		"没起头、没回应、没问候的星期占多少" },
	[WARMTH_PART_UNWELCOMED] = { "Share of new people nobody answered within a day", "一天里没人回应的新人占多少" },
	[WARMTH_PART_SELLING] = { "Share of your posts that sell, counted as far as they are answered less than other talk",
		"你发的话里推荐占多少，只算比别的话少人接的那部分" },
	[WARMTH_PART_LAST_WORD] = { "How much oftener talk ends with your words than with others'",
		"聊天停在你这里，比停在别人那里多几倍" },
	[WARMTH_PART_HUSHED] = { "How much less others say in the hour after you come, against the same hour and bustle",
		"你来之后一小时，大家比同样时候少说多少" },
	[WARMTH_PART_REMOVED] = { "People who took part, or their messages, taken away, per person who talks",
		"移走的成员和删掉的话，按说话的人数平均" },
	[WARMTH_PART_TAKES] = { "Answers you got, of all answers you got and gave", "你收到的回应，占收到和给出的多少" },
	[WARMTH_PART_OPENS] = { "Packets you opened, of all you opened and gave", "你拆的红包，占拆的和发的多少" },
	[WARMTH_PART_UNHEARD] = { "How many fewer people speak in the hour after your calls than after other talk",
		"你招呼之后一小时，说话的人比平常少多少" },
	[WARMTH_PART_UNLIKE] = { "How little two members' words have in common, against one's own from day to day",
		"两个人聊的事，比一个人前后两天聊的，差多少" },
	[WARMTH_PART_CAMPS] = { "How much the talk falls into circles, above chance", "聊天分成小圈子的程度，减去碰巧会有的" },
};

const struct failing_words *failing_words_of(enum warmth_failing_kind kind, bool chinese)
{
	assert(kind < WARMTH_FAILINGS);
	return &failings[kind][chinese];
}

const char *failing_doubt_words(enum warmth_failing_doubt doubt, bool chinese)
{
	assert(doubt < COUNT_OF(doubts));
	return doubts[doubt][chinese];
}

const char *failing_sign_words(enum warmth_sign sign, bool chinese)
{
	assert(sign < COUNT_OF(signs));
	return signs[sign][chinese];
}

const char *failing_part_words(enum warmth_part_kind part, bool chinese)
{
	assert(part < WARMTH_PARTS);
	return parts[part][chinese];
}

const char *failing_note_words(bool chinese)
{
	return chinese ? "这些只是迹象，还没有在真实的群里验证过。依据在这里，像不像，你看。只有你看得到。" :
		"These are signs only, untested on real groups. Here is what they rest on; see whether it fits. "
		"Only you see this.";
}
