/*
 * What is said in a group of the demo village, day by day: somebody begins, others answer. How much follows from who is still
 * talking; what is said, from demo_words.
 */
#include <math.h>
#include <stdlib.h>

#include "cli/demo_words.h"

#define HOUR_US (3600 * US_PER_S)
#define MINUTE_US (60 * US_PER_S)
#define TALK_LENGTH 5.5       /* messages of an exchange, about */
#define FRESH_TRIES 12        /* for an exchange that was not just had */
#define OWNER_SHARE .82       /* of what is begun, where one man talks */

struct talk { /* one group's */
	struct demo_plan *p;
	struct demo_group *g;
	size_t group;
	int day, month, weekday;
	int64_t midnight_us;
	double alive, joined; /* weights */
	const char *said[5];  /* how the last exchanges began */
	size_t said_next;
};

static bool is_english(const struct talk *t, size_t member)
{
	return t->p->people[t->g->members[member].person].tongue == DEMO_ENGLISH;
}

static bool talks(const struct talk *t, size_t member)
{
	const struct demo_member *m = &t->g->members[member];
	/* what he has not read yet he has not answered either */
	int away = member == 0 ? DEMO_DAYS - 1 - 2 * t->g->kind->unread / t->g->kind->per_day : DEMO_DAYS;
	return !m->waiting && m->join_day < t->day && m->silent_day > t->day && m->leave_day > t->day && t->day < away;
}

/* Somebody who talks these days, by talkativeness; not this one. English speakers rarely write Chinese. */
static size_t pick(const struct talk *t, size_t but, bool english_talk)
{
	struct demo_chance *c = &t->p->chance;
	double sum = 0;
	for (int pass = 0; pass < 2; pass++) {
		double at = pass ? demo_share(c) * sum : 0, so_far = 0;
		for (size_t i = 0; i < t->g->member_count; i++) {
			if (i == but || !talks(t, i))
				continue;
			so_far += t->g->members[i].weight * (english_talk == is_english(t, i) ? 1 : english_talk ? .3 : 0);
			if (pass && so_far > at)
				return i;
		}
		sum = so_far;
	}
	return DEMO_NONE;
}

static int month_of(int64_t at_us) { return date_from_us(at_us).month; }

/* How much the season leaves of the talk: cold water, holidays. */
static double season(const struct talk *t)
{
	static const double sea[12] = { .18, .2, .45, .75, 1, 1.15, 1.3, 1.3, 1.15, .9, .5, .25 };
	static const double land[12] = { .9, .85, 1.05, 1.1, 1.1, .95, .85, .85, 1.05, 1.15, 1.05, .95 };
	double at_sea = sea[t->month - 1], on_land = land[t->month - 1];
	return t->g->kind->fate == FATE_SEASONS ? at_sea : on_land;
}

static double weekday(const struct talk *t)
{
	bool weekend = t->weekday >= 5, outdoors = t->g->kind->scene == SCENE_HILLS || t->g->kind->scene == SCENE_SEA;
	return outdoors ? (weekend ? 1.5 : t->weekday >= 3 ? 1.05 : .75) : weekend ? 1.2 : .93;
}

/* An hour of the day with its minutes: morning, noon and, most, evening; early risers before breakfast. */
static int64_t hour_us(const struct talk *t)
{
	static const double day[24] = { .5, .2, .1, .05, .05, .15, .6, 1.4, 1.6, 1.3, 1.2, 1.3,
		2, 1.5, 1, 1, 1.1, 1.4, 2, 2.6, 3.2, 3.1, 2.2, 1.1 };
	static const double early[24] = { .02, .01, .01, .02, .3, 1.8, 3, 3, 2.4, 1.8, 1.5, 1.2,
		1, .5, .7, 1.2, 1.4, 1.5, 1.6, 1.6, 1, .4, .1, .05 };
	const double *of = t->g->kind->early ? early : day;
	double sum = 0, at;
	for (int h = 0; h < 24; h++)
		sum += of[h];
	at = demo_share(&t->p->chance) * sum;
	int hour = 0;
	while (hour < 23 && at >= of[hour])
		at -= of[hour++];
	return hour * HOUR_US + (int64_t)(demo_share(&t->p->chance) * (double)HOUR_US);
}

static int64_t pause_us(struct demo_chance *c)
{
	double minutes = demo_share(c) < .07 ? 40 + demo_wait(c, 90) : .15 + demo_wait(c, 2.5);
	return (int64_t)(minutes * (double)MINUTE_US);
}

static enum err say(struct talk *t, struct demo_act *act, size_t *out_id)
{
	act->what = ACT_SAY;
	act->group = t->group;
	return demo_plan_add(t->p, act, out_id);
}

static bool has_any(struct str s, const char *const *words, size_t count, bool at_start)
{
	for (size_t i = 0; i < count; i++) {
		ptrdiff_t at = str_find(s, str_of(words[i]));
		if (at_start ? at == 0 : at >= 0)
			return true;
	}
	return false;
}

static bool is_thanks(struct str part)
{
	static const char *const words[] = { "谢谢", "太好了", "好的", "好，", "收到，", "学到了", "明白了", "那我", "知道了", "Thanks", "Great", "Will do",
		"Good to know", "Got it too", "Ah,", "Deal", "Fair enough" };
	return has_any(part, words, COUNT_OF(words), true);
}

static bool is_question(struct str part)
{
	static const char *const words[] = { "？", "?" };
	return has_any(part, words, COUNT_OF(words), false);
}

static bool is_for_a_picture(struct str part)
{
	static const char *const words[] = { "好看", "能见度不错", "红了", "今天收了", "走完了", "来了一只", "morning", "老照片", "读到", "减价", "跳蚤", "打折" };
	return has_any(part, words, COUNT_OF(words), false);
}

static bool is_stale(const struct talk *t, struct str opening)
{
	for (size_t i = 0; i < COUNT_OF(t->said); i++)
		if (t->said[i] == opening.p)
			return true;
	return false;
}

struct exchange {
	struct str parts[DEMO_EXCHANGE_PARTS];
	size_t count, opener, first_id, last_id, last_member;
	bool english, asks;
	struct demo_slots slots;
	int64_t at_us;
};

/* Fills part, names somebody if it wants a name, and says it. */
static enum err say_part(struct talk *t, struct exchange *x, struct str part, size_t member, size_t reply_to, size_t *out_id)
{
	struct demo_act act = { .at_us = x->at_us, .member = member, .reply_to = reply_to, .mentioned = DEMO_NONE };
	bool named;
	size_t whom = pick(t, member, x->english);
	x->slots.mention = whom == DEMO_NONE ? STR("") : t->p->people[t->g->members[whom].person].name;
	TRY(demo_fill(t->p->a, part, &x->slots, &act.text, &named));
	if (named && whom == DEMO_NONE) {
		*out_id = DEMO_NONE;
		return ERR_OK;
	}
	act.mentioned = named ? whom : DEMO_NONE;
	act.scene = reply_to == DEMO_NONE && is_for_a_picture(part) ? -1 : 0; /* could be one; see pictures */
	return say(t, &act, out_id);
}

static enum err answer(struct talk *t, struct exchange *x, struct str part)
{
	struct demo_chance *c = &t->p->chance;
	bool own = part.n && part.p[0] == DEMO_OWN_ANSWER, free = x->last_member != x->opener;
	part = str_from(part, own);
	size_t member = own || (free && x->asks && is_thanks(part)) ? x->opener :
		pick(t, x->last_member, x->english);
	if (member == DEMO_NONE)
		return ERR_OK;
	x->at_us += pause_us(c);
	double how = demo_share(c);
	double to_first = .85 * t->g->members[x->opener].pull,
		to_last = .15 * t->g->members[x->last_member].pull;
	size_t to = how < to_first && member != x->opener ? x->first_id :
		how < to_first + to_last ? x->last_id : DEMO_NONE, id;
	TRY(say_part(t, x, part, member, to, &id));
	if (id != DEMO_NONE) {
		x->last_id = id;
		x->last_member = member;
	}
	return ERR_OK;
}

static enum err converse(struct talk *t)
{
	const struct demo_kind *k = t->g->kind;
	struct demo_chance *c = &t->p->chance;
	bool one_man = k->owner_theme && demo_share(c) < OWNER_SHARE && talks(t, 0);
	struct exchange x = { .opener = one_man ? 0 : pick(t, k->owner_theme ? 0 : DEMO_NONE, demo_share(c) * 100 < k->english_percent) };
	if (x.opener == DEMO_NONE)
		x.opener = pick(t, DEMO_NONE, false);
	if (x.opener == DEMO_NONE)
		return ERR_OK;
	const struct demo_theme *theme = one_man ? k->owner_theme : k->theme;
	x.english = is_english(t, x.opener);
	for (int turn = 0; turn < FRESH_TRIES; turn++) {
		x.count = demo_exchange(theme, x.english, c, x.parts);
		if (!is_stale(t, x.parts[0]))
			break;
	}
	t->said[t->said_next++ % COUNT_OF(t->said)] = x.parts[0].p;
	if (x.opener == 0 && str_starts(x.parts[0], STR(DEMO_NOT_THE_OWNER)))
		return ERR_OK;
	x.slots = demo_slots_of(theme, x.english, t->month, c);
	x.asks = is_question(x.parts[0]);
	x.at_us = t->midnight_us + hour_us(t);
	x.last_member = x.opener;
	TRY(say_part(t, &x, x.parts[0], x.opener, DEMO_NONE, &x.first_id));
	x.last_id = x.first_id;
	double liveliness = t->joined > 0 ? t->alive / t->joined : 0;
	double answers = (k->owner_theme ? .3 : .35) + .2 * liveliness + .45 * t->g->members[x.opener].pull;
	for (size_t i = 1; i < x.count && x.first_id != DEMO_NONE; i++) {
		if (demo_share(c) < answers)
			TRY(answer(t, &x, x.parts[i]));
		else if (is_question(x.parts[i]))
			i++; /* what nobody asked nobody answers */
	}
	if (x.first_id != DEMO_NONE && demo_share(c) < .3 * liveliness)
		TRY(answer(t, &x, demo_nod(x.english, c)));
	return ERR_OK;
}

/* A newcomer says hello, some say welcome. */
static enum err greet(struct talk *t, size_t member)
{
	static const char *const hello_zh[] = { "大家好，新来的，请多关照", "大家好，朋友介绍来的", "各位好，先潜水学习",
		"新人报到", "大家好，终于找到组织了" };
	static const char *const hello_en[] = { "Hello everybody, glad to be here",
		"Hi all, a friend told me about this group", "Hi, new here" };
	static const char *const welcome_zh[] = { "欢迎", "欢迎欢迎",
		"欢迎，有空出来见面", "👏👏", "欢迎，先看看群规" };
	static const char *const welcome_en[] = { "Welcome", "Welcome, see you soon", "Hi, good to have you" };
	struct demo_chance *c = &t->p->chance;
	struct exchange x = { .english = is_english(t, member), .opener = member, .last_member = member };
	x.at_us = t->midnight_us + 9 * HOUR_US + (int64_t)(demo_share(c) * 12 * (double)HOUR_US);
	struct demo_act join = { .at_us = x.at_us, .what = ACT_JOIN, .group = t->group, .member = member,
		.reply_to = DEMO_NONE, .mentioned = DEMO_NONE };
	if (join.at_us > t->p->now_us - HOUR_US)
		join.at_us = t->p->now_us - HOUR_US;
	TRY(demo_plan_add(t->p, &join, NULL));
	if (t->g->kind->kin || demo_share(c) > (t->g->member_count > 100 ? .12 : .4))
		return ERR_OK;
	x.at_us += pause_us(c);
	struct str hello = str_of(x.english ? hello_en[demo_below(c, 3)] : hello_zh[demo_below(c, 5)]);
	TRY(say_part(t, &x, hello, member, DEMO_NONE, &x.first_id));
	x.last_id = x.first_id;
	size_t welcomes = x.first_id == DEMO_NONE ? 0 : demo_count(c, 1.4 * (t->joined > 0 ? t->alive / t->joined : 0));
	for (size_t i = 0; i < welcomes && i < 4; i++)
		TRY(answer(t, &x, str_of(x.english ? welcome_en[demo_below(c, 3)] : welcome_zh[demo_below(c, 5)])));
	return ERR_OK;
}

static enum err announce(struct talk *t)
{
	if (t->g->kind->scene != SCENE_HILLS || t->g->kind->fate != FATE_LIVELY || t->weekday != 2 || (t->day / 7) % 2)
		return ERR_OK;
	struct demo_slots s = demo_slots_of(t->g->kind->theme, false, t->month, &t->p->chance);
	struct demo_act act = { .at_us = t->midnight_us + 19 * HOUR_US, .reply_to = DEMO_NONE, .mentioned = DEMO_NONE, .calls_all = true };
	size_t id;
	TRY(arena_print(t->p->a, &act.text, "@所有人 这周六走%s，%s集合，%s。报名的回个数字，不来的也说一声。", s.place, s.time, s.weather));
	return say(t, &act, &id);
}

static enum err live_day(struct talk *t)
{
	const struct demo_kind *k = t->g->kind;
	t->alive = t->joined = 0;
	for (size_t i = 0; i < t->g->member_count; i++) {
		const struct demo_member *m = &t->g->members[i];
		if (m->waiting || m->join_day > t->day)
			continue;
		t->joined += m->weight;
		t->alive += talks(t, i) ? m->weight : 0;
		if (m->join_day == t->day && i)
			TRY(greet(t, i));
	}
	double share = t->joined > 0 ? t->alive / t->joined : 0, mood = .75 + .5 * demo_share(&t->p->chance);
	/* fewer people have less to answer to: talk falls faster than their number */
	double messages = k->per_day * pow(share, 1.25) * season(t) * weekday(t) * mood * t->p->size_percent / DEMO_SIZE_WHOLE;
	double length = k->owner_theme ? 1.9 : TALK_LENGTH;
	unsigned talks_today = demo_count(&t->p->chance, messages / length);
	for (unsigned i = 0; i < talks_today; i++)
		TRY(converse(t));
	return announce(t);
}

/* The openings that could carry a picture: some of the latest do. */
static void pictures(struct talk *t, size_t first_act)
{
	int64_t next_us = t->p->now_us;
	int left = t->g->kind->pictures * t->p->size_percent / DEMO_SIZE_WHOLE;
	left = left || t->g->kind->pictures == 0 ? left : 1;
	for (size_t i = t->p->act_count; i > first_act; i--) {
		struct demo_act *act = &t->p->acts[i - 1];
		if (act->what != ACT_SAY)
			continue;
		bool now = act->scene && left > 0 && act->at_us <= next_us;
		act->scene = now ? t->g->kind->scene : SCENE_NONE;
		if (now) {
			left--;
			next_us = act->at_us - US_PER_DAY;
		}
	}
}

enum err demo_talk(struct demo_plan *p, size_t group)
{
	struct talk t = { .p = p, .g = &p->groups[group], .group = group };
	size_t first_act = p->act_count;
	for (t.day = t.g->first_day; t.day < DEMO_DAYS; t.day++) {
		t.midnight_us = p->first_us + t.day * US_PER_DAY;
		t.month = month_of(t.midnight_us + 12 * HOUR_US);
		t.weekday = (int)(((t.midnight_us + 12 * HOUR_US) / US_PER_DAY + 3) % 7); /* Monday 0; 1970-01-01 was a Thursday */
		TRY(live_day(&t));
	}
	pictures(&t, first_act);
	return ERR_OK;
}
