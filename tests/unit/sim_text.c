/*
 * Groups that talk (sim_text.h). A group is a row of threads: somebody opens, others go on, it ends. The owner
 * opens some, goes on in others, calls to something twice a week, greets newcomers, sends packets, sells a little.
 * A failing changes one of these things and leaves the others as they are.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim_text.h"
#include "text/promotion.h"

#define MEMBERS_MAX 96
#define TOPICS 6
#define CAMPS 3
#define LINE_BYTES 200
#define MINUTE_US (60 * US_PER_S)

/* ---- chance ---- */

static double unit(uint64_t *c)
{
	*c = *c * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(*c >> 11) + .5) / 9007199254740992.0;
}
static int below(uint64_t *c, int n) { return (int)(unit(c) * n); }
static double exponential(uint64_t *c, double mean) { return -mean * log(unit(c)); }
static int poisson(uint64_t *c, double mean)
{
	int n = 0;
	for (double p = unit(c), e = exp(-mean); p > e && n < 100; p *= unit(c))
		n++;
	return n;
}

/* ---- what is said ---- */

struct topic {
	const char *zh[8], *zh_do[4], *en[8], *en_do[4];
};
static const struct topic topics[TOPICS] = {
	{ { "山路", "轮胎", "水库", "车架", "坡道", "头盔", "骑行路线", "码表" }, { "骑车", "爬坡", "换胎", "热身" },
		{ "gravel", "saddle", "helmet", "climb", "tyre", "trail", "gears", "descent" },
		{ "ride", "climb", "pedal", "race" } },
	{ { "红烧肉", "酱油", "砂锅", "面团", "豆腐", "花椒", "烤箱", "高汤" }, { "炖", "腌", "揉面", "蒸" },
		{ "dough", "oven", "garlic", "noodles", "broth", "pepper", "tofu", "recipe" },
		{ "bake", "simmer", "knead", "fry" } },
	{ { "作业", "班主任", "幼儿园", "绘本", "家长会", "补习", "课表", "童话" }, { "接孩子", "哄睡", "背课文", "写作业" },
		{ "homework", "teacher", "kindergarten", "nap", "bedtime", "spelling", "playground", "toddler" },
		{ "read aloud", "pick up", "spell", "tuck in" } },
	{ { "番茄苗", "堆肥", "阳台", "月季", "花盆", "蚜虫", "浇水", "土壤" }, { "播种", "修枝", "移栽", "除草" },
		{ "seedlings", "compost", "roses", "aphids", "mulch", "tomatoes", "trellis", "soil" },
		{ "prune", "sow", "water", "dig" } },
	{ { "镜头", "光圈", "三脚架", "日落", "快门", "胶卷", "构图", "滤镜" }, { "拍星空", "修图", "对焦", "冲洗" },
		{ "lens", "aperture", "tripod", "sunset", "shutter", "darkroom", "portrait", "exposure" },
		{ "focus", "expose", "crop", "develop" } },
	{ { "编译器", "接口", "数据库", "线程", "指针", "缓存", "日志", "函数" }, { "调试", "重构", "部署", "写测试" },
		{ "compiler", "pointer", "database", "thread", "cache", "branch", "parser", "kernel" },
		{ "debug", "refactor", "deploy", "compile" } },
};

static const char *const zh_lines[] = { "今天的%s真不错，我%s了两个小时", "有人知道%s怎么弄吗，我想%s", "%s还是老样子，周末再%s",
	"我那个%s坏了，没法%s", "说到%s，谁一起%s", "哈哈%s太难了，%s半天", "昨天看到一个%s，马上就去%s", "%s先放着，我去%s了",
	"大家的%s都怎么样了，还在%s吗", "换了新的%s，%s轻松多了" };
static const char *const en_lines[] = { "the %s was great today, time to %s again",
	"anyone know which %s works best to %s?",
	"my %s broke so I can't %s", "talking of the %s, who wants to %s", "lol the %s is hard, took me hours to %s",
	"saw a nice %s yesterday and had to %s", "leave the %s, I need to %s first", "got a new %s, much easier to %s" };
static const char *const mixed_lines[] = { "这个%s真的 amazing，下次一起%s", "my %s 又坏了，怎么%s", "求推荐%s, want to %s",
	"%s done，明天继续%s" };
static const char *const zh_calls[] = { "@所有人 周六一起%s，来的报名接龙，带上%s", "本周活动：%s分享会，想来的接龙，主题%s",
	"投票：这个月大家想%s还是聊%s，在下面报名" };
static const char *const en_calls[] = { "@all let's %s on Saturday, sign up below and bring the %s",
	"who's in for a %s evening on Sunday? please vote: %s or something else" };
static const char *const zh_sells[] = { "新到%s，只要%d元包邮，质量保证，数量不多，要的私聊我下单",
	"【限时特价】%s 原价%d，今天优惠一半，扫码下单，手慢无", "拼团啦：%s，%d元一份，满十人成团，想要的私聊我，微信号 shop_%d" };
static const char *const en_sells[] = {
	"Limited time: %s for only $%d, free shipping, order now at https://shop%d.example/now",
	"Flash sale on my %s, %d dollars, 30%% off today only, dm me to order" };

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
void sim_text_line(uint64_t *chance, int topic, int what, char *out, size_t room)
{
	const struct topic *t = &topics[topic];
	const char *zh = t->zh[below(chance, 8)], *zh_do = t->zh_do[below(chance, 4)];
	const char *en = t->en[below(chance, 8)], *en_do = t->en_do[below(chance, 4)];
	double tongue = unit(chance);
	int number = 10 + below(chance, 300);
	if (what == 2 && tongue < .7)
		snprintf(out, room, zh_sells[below(chance, COUNT_OF(zh_sells))], zh, number, number);
	else if (what == 2)
		snprintf(out, room, en_sells[below(chance, COUNT_OF(en_sells))], en, number, number);
	else if (what == 1 && tongue < .7)
		snprintf(out, room, zh_calls[below(chance, COUNT_OF(zh_calls))], zh_do, zh);
	else if (what == 1)
		snprintf(out, room, en_calls[below(chance, COUNT_OF(en_calls))], en_do, en);
	else if (tongue < .6)
		snprintf(out, room, zh_lines[below(chance, COUNT_OF(zh_lines))], zh, zh_do);
	else if (tongue < .85)
		snprintf(out, room, en_lines[below(chance, COUNT_OF(en_lines))], en, en_do);
	else
		snprintf(out, room, mixed_lines[below(chance, COUNT_OF(mixed_lines))], en, zh_do);
}
#pragma GCC diagnostic pop

/* ---- who says it, and when ---- */

struct line {
	struct warmth_event e;
	char text[LINE_BYTES]; /* empty: no talk */
};
struct making {
	const struct sim_text_plan *plan;
	uint64_t chance;
	struct line *lines;
	size_t count, room;
	int32_t members;
	double weight[MEMBERS_MAX];
	int camp[MEMBERS_MAX];
	int favourite[MEMBERS_MAX];
};

static bool planted(const struct making *m, unsigned kind, int32_t week)
{
	return m->plan->plant == kind && week >= m->plan->plant_week;
}

static struct line *line_new(struct making *m, int64_t at_us, int32_t person, int32_t target, enum warmth_kind kind)
{
	if (m->count == m->room) {
		m->room = m->room ? m->room * 2 : 1024;
		m->lines = realloc(m->lines, m->room * sizeof *m->lines);
		if (m->lines == NULL)
			abort();
	}
	struct line *l = &m->lines[m->count++];
	*l = (struct line){ .e = { .at_us = at_us, .person = person, .target = target, .kind = kind } };
	return l;
}

static void say(struct making *m, int64_t at_us, int32_t person, int32_t target, int topic, int what)
{
	struct line *l = line_new(m, at_us, person, target, WARMTH_TALK);
	sim_text_line(&m->chance, topic, what, l->text, sizeof l->text);
}

/* Off for three of four weeks. */
static bool owner_away(const struct making *m, int32_t week)
{
	return planted(m, WARMTH_NO_PERSISTENCE, week) && (week - m->plan->plant_week) % 4 >= 1 &&
		m->plan->strength * 4 > (week - m->plan->plant_week) % 4;
}

static int topic_of(struct making *m, int32_t person, int32_t week)
{
	double mixed = planted(m, WARMTH_MIXED_CROWD, week) ? m->plan->strength : 0;
	if (unit(&m->chance) < mixed * .9)
		return m->camp[person] * 2 + below(&m->chance, 2);
	return unit(&m->chance) < .25 ? m->favourite[person] : below(&m->chance, TOPICS);
}

/* One who may speak next; in a mixed crowd mostly one of the same camp as the first. The owner only where he may. */
static int32_t pick(struct making *m, int32_t first, int32_t not, bool owner, int32_t week)
{
	double all = 0, w[MEMBERS_MAX];
	bool apart = planted(m, WARMTH_MIXED_CROWD, week) && unit(&m->chance) < .95 * m->plan->strength;
	for (int32_t i = 0; i < m->members; i++) {
		w[i] = i == not || (i == SIM_TEXT_OWNER && (!owner || owner_away(m, week))) ? 0 : m->weight[i];
		if (apart && i != SIM_TEXT_OWNER && first != SIM_TEXT_OWNER && m->camp[i] != m->camp[first])
			w[i] = 0;
		all += w[i];
	}
	double at = unit(&m->chance) * all;
	for (int32_t i = 0; i < m->members; i++)
		if ((at -= w[i]) < 0)
			return i;
	return not == m->members - 1 ? m->members - 2 : m->members - 1;
}

static int64_t moment(struct making *m, int32_t day)
{
	/* Evening more than day, nothing at night. */
	double hour = unit(&m->chance) < .6 ? 18 + 4.5 * unit(&m->chance) : 8 + 10 * unit(&m->chance);
	return (int64_t)((SIM_TEXT_DAY0 + day + hour / 24) * 86400) * US_PER_S;
}

/* People go on, one after the other, until it ends. */
static void go_on(struct making *m, int64_t at_us, int32_t opener, int topic, double length, int32_t week)
{
	int32_t last = opener;
	bool hush = planted(m, WARMTH_EGO, week), closed = planted(m, WARMTH_NOT_GIVING, week);
	for (int n = 0; n < 60 && unit(&m->chance) < length / (length + 1); n++) {
		bool keeps_out = closed && unit(&m->chance) < m->plan->strength;
		int32_t who = pick(m, opener, last, !keeps_out, week);
		if (hush && last != SIM_TEXT_OWNER && unit(&m->chance) < .12 * m->plan->strength)
			who = SIM_TEXT_OWNER;
		at_us += (int64_t)(exponential(&m->chance, unit(&m->chance) < .1 ? 15 : 2) * (double)MINUTE_US) + US_PER_S;
		bool names = unit(&m->chance) < (who == SIM_TEXT_OWNER ? .9 : .4);
		say(m, at_us, who, names ? (unit(&m->chance) < .7 || who == opener ? last : opener) : WARMTH_NOBODY, topic, 0);
		last = who;
		if (hush && who == SIM_TEXT_OWNER && unit(&m->chance) < .7 * m->plan->strength)
			return;
	}
}

static void thread(struct making *m, int32_t day, bool by_owner)
{
	int32_t week = day / 7;
	int32_t opener = by_owner ? SIM_TEXT_OWNER : pick(m, WARMTH_NOBODY + 1, SIM_TEXT_OWNER, false, week);
	if (by_owner && owner_away(m, week))
		return;
	int64_t at_us = moment(m, day);
	int topic = topic_of(m, opener, week);
	say(m, at_us, opener, WARMTH_NOBODY, topic, 0);
	bool hush = by_owner && planted(m, WARMTH_EGO, week) && unit(&m->chance) < .6 * m->plan->strength;
	go_on(m, at_us, opener, topic, hush ? .3 : 7, week);
}

/* Those who come to a call answer within the hour, most of them with a word to the caller. */
static void call(struct making *m, int32_t day)
{
	int32_t week = day / 7;
	if (owner_away(m, week))
		return;
	int64_t at_us = moment(m, day);
	int topic = below(&m->chance, TOPICS);
	say(m, at_us, SIM_TEXT_OWNER, WARMTH_NOBODY, topic, 1);
	bool poor = planted(m, WARMTH_POOR_ACTIVITIES, week) && unit(&m->chance) < m->plan->strength;
	int come = poor ? poisson(&m->chance, .6) : 7 + poisson(&m->chance, 4);
	for (int i = 0; i < come; i++) {
		int32_t who = pick(m, SIM_TEXT_OWNER, SIM_TEXT_OWNER, false, week);
		if (unit(&m->chance) < .7) /* a call brings out those who seldom speak */
			who = 1 + below(&m->chance, m->members - 1);
		/* In a mixed crowd what is right for some is nothing for the others. */
		for (int k = 0; planted(m, WARMTH_MIXED_CROWD, week) && k < 20 && m->camp[who] != topic / 2; k++)
			who = 1 + below(&m->chance, m->members - 1);
		at_us += (int64_t)(exponential(&m->chance, 3) * (double)MINUTE_US) + US_PER_S;
		say(m, at_us, who, unit(&m->chance) < .4 ? SIM_TEXT_OWNER : WARMTH_NOBODY, topic, 0);
		if (i == 2 && !planted(m, WARMTH_NOT_GIVING, week))
			say(m, at_us + 20 * US_PER_S, SIM_TEXT_OWNER, who, topic, 0);
	}
}

static void sell(struct making *m, int32_t day, int32_t who, bool ignored)
{
	int64_t at_us = moment(m, day);
	int topic = below(&m->chance, TOPICS);
	if (who == SIM_TEXT_OWNER && owner_away(m, day / 7))
		return;
	say(m, at_us, who, WARMTH_NOBODY, topic, 2);
	if (!ignored)
		go_on(m, at_us, who, topic, 4, day / 7);
}

static void newcomer(struct making *m, int32_t day)
{
	if (m->members == MEMBERS_MAX)
		return;
	int32_t who = m->members++, week = day / 7;
	int64_t at_us = moment(m, day);
	m->weight[who] = .3 + unit(&m->chance);
	m->camp[who] = who % CAMPS;
	m->favourite[who] = below(&m->chance, TOPICS);
	say(m, at_us, who, WARMTH_NOBODY, topic_of(m, who, week), 0);
	bool away = owner_away(m, week), closed = planted(m, WARMTH_NOT_GIVING, week);
	if (unit(&m->chance) > (planted(m, WARMTH_NO_PERSISTENCE, week) ? 1 - .7 * m->plan->strength : .8))
		return;
	bool owner = !away && !closed && unit(&m->chance) < .5;
	int32_t by = owner ? SIM_TEXT_OWNER : pick(m, who, who, false, week);
	say(m, at_us + 4 * MINUTE_US, by, who, topic_of(m, by, week), 0);
	go_on(m, at_us + 4 * MINUTE_US, who, topic_of(m, who, week), 2, week);
}

static void packet(struct making *m, int32_t day, bool by_owner)
{
	int64_t at_us = moment(m, day);
	bool closed = planted(m, WARMTH_NOT_GIVING, day / 7);
	int32_t giver = by_owner ? SIM_TEXT_OWNER : pick(m, SIM_TEXT_OWNER, SIM_TEXT_OWNER, false, day / 7);
	if (by_owner && (owner_away(m, day / 7) || (closed && unit(&m->chance) < m->plan->strength)))
		return;
	line_new(m, at_us, giver, WARMTH_NOBODY, WARMTH_OTHER)->e.flags = WARMTH_PACKET_GIVEN;
	for (int i = 0; i < 6; i++) {
		int32_t who = pick(m, giver, giver, closed || i == 0, day / 7);
		line_new(m, at_us + (i + 1) * 10 * US_PER_S, who, WARMTH_NOBODY, WARMTH_OTHER)->e.flags = WARMTH_PACKET_OPENED;
	}
}

static void day_of_group(struct making *m, int32_t day)
{
	int32_t week = day / 7, threads = poisson(&m->chance, m->plan->threads);
	for (int i = 0; i < threads; i++)
		thread(m, day, unit(&m->chance) < .2);
	if (day % 7 == 2 || day % 7 == 5)
		call(m, day);
	if (unit(&m->chance) < .12)
		newcomer(m, day);
	if (unit(&m->chance) < .07)
		sell(m, day, SIM_TEXT_OWNER, unit(&m->chance) < .4);
	if (unit(&m->chance) < .1)
		sell(m, day, 1 + below(&m->chance, m->members - 1), unit(&m->chance) < .4);
	if (planted(m, WARMTH_SELF_INTEREST, week))
		for (int i = poisson(&m->chance, 2.2 * m->plan->strength); i > 0; i--)
			sell(m, day, SIM_TEXT_OWNER, unit(&m->chance) < m->plan->ignored);
	if (day % 10 == 0)
		packet(m, day, true);
	if (day % 10 == 5)
		packet(m, day, false);
}

static int by_time(const void *left, const void *right)
{
	const struct line *a = left, *b = right;
	if (a->e.at_us != b->e.at_us)
		return a->e.at_us < b->e.at_us ? -1 : 1;
	return (a->e.person > b->e.person) - (a->e.person < b->e.person);
}

/* As a feeder does it: the line is read, then told. */
static void tell(struct warmth *w, struct words *reader, struct line *l, struct near_kept *kept, bool no_text)
{
	uint64_t hashes[LINE_BYTES];
	size_t n = 0;
	if (l->text[0] && !no_text) {
		if (words_read(reader, str_of(l->text)) != ERR_OK)
			abort();
		struct promotion p = promotion_of(words_folded(reader));
		l->e.flags |= WARMTH_READ | (p.promotes ? WARMTH_PROMOTION : 0) |
			(p.signs & PROMOTION_CALLS ? WARMTH_CALL : 0) |
			(p.signs & PROMOTION_ASKS ? WARMTH_QUESTION : 0) | (p.signs & PROMOTION_LINK ? WARMTH_LINK : 0) |
			(near_again(kept, words_signature(reader)) ? WARMTH_NEAR_DUPLICATE : 0);
		for (; n < words_count(reader) && n < COUNT_OF(hashes); n++)
			hashes[n] = words_at(reader, n).hash;
	}
	if (warmth_add(w, &l->e) != ERR_OK)
		abort();
	if (n > 0 && warmth_add_words(w, l->e.person, l->e.at_us, hashes, n) != ERR_OK)
		abort();
}

struct sim_text_plan sim_text_plan_of(unsigned plant, uint64_t seed)
{
	uint64_t c = seed * 2862933555777941757u + 3037000493u;
	unit(&c);
	return (struct sim_text_plan){ .seed = seed,
		.plant = plant,
		.weeks = 28,
		.plant_week = 14,
		.members = 18 + below(&c, 23),
		.threads = 1 + unit(&c),
		.strength = 1,
		.ignored = .85,
		.owner_weight = 1.5 + 3 * unit(&c) };
}

struct warmth *sim_text_group(const struct sim_text_plan *plan, struct words *reader, size_t *out_lines)
{
	struct making m = { .plan = plan, .chance = plan->seed ^ UINT64_C(0x9e3779b97f4a7c15), .members = plan->members };
	static struct near_kept kept[MEMBERS_MAX];
	memset(kept, 0, sizeof kept);
	for (int32_t i = 0; i < m.members; i++) {
		m.weight[i] = i == SIM_TEXT_OWNER ? plan->owner_weight : .2 + exponential(&m.chance, 1);
		m.camp[i] = i % CAMPS;
		m.favourite[i] = below(&m.chance, TOPICS);
	}
	for (int32_t day = 0; day < plan->weeks * 7; day++)
		day_of_group(&m, day);
	qsort(m.lines, m.count, sizeof *m.lines, by_time);
	struct warmth *w = warmth_new();
	if (w == NULL)
		abort();
	*out_lines = 0;
	for (size_t i = 0; i < m.count; i++) {
		m.lines[i].e.ref = (int64_t)i + 1;
		*out_lines += m.lines[i].e.kind == WARMTH_TALK;
		tell(w, reader, &m.lines[i], &kept[m.lines[i].e.person], plan->no_text);
	}
	struct warmth_event end = { .at_us = (int64_t)(SIM_TEXT_DAY0 + plan->weeks * 7) * US_PER_DAY,
		.person = WARMTH_NOBODY,
		.target = WARMTH_NOBODY,
		.kind = WARMTH_OTHER };
	if (warmth_add(w, &end) != ERR_OK)
		abort();
	free(m.lines);
	return w;
}
