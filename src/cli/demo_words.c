/* From an exchange with slots to what is said. */
#include <stdio.h>

#include "cli/demo_words.h"

static const char *const days_zh[] = { "周六", "周日", "这周末", "周五晚上", "下周六", "明天", "后天" };
static const char *const days_en[] = { "Saturday", "Sunday", "Friday", "Thursday", "Saturday morning" };
static const char *const times_zh[] = { "六点半", "七点", "七点半", "八点", "八点一刻", "九点", "下午两点", "下午三点" };
static const char *const times_en[] = { "6:30", "7", "7:30", "8", "8:15", "9", "half past two" };
/* by month */
static const char *const weathers_zh[12][3] = { { "今天零下了", "下雪了", "风很大" }, { "还是冷", "下小雨", "出太阳了" },
	{ "今天风大", "回暖了", "下雨了" }, { "下午有雷阵雨", "今天真暖和", "柳絮飞得厉害" }, { "有点热了", "明天有雨", "天很蓝" },
	{ "梅雨来了", "闷热", "预报有大雨" }, { "三十五度", "台风要来", "太阳很毒" }, { "又是高温", "傍晚有雷雨", "太晒了" },
	{ "凉快了", "秋老虎还在", "今天天高云淡" }, { "早晚凉了", "桂花开了", "秋雨下了两天" }, { "降温了", "起雾了", "第一次结霜" },
	{ "冷空气到了", "预报有雪", "今天特别干" } };
static const char *const weathers_en[] = { "It looks grey out there", "Wind is picking up", "Rain from noon they say" };
static const char *const nods_zh[] = { "👍", "好", "🙂", "收到", "+1", "真好", "同意", "谢谢", "不错", "👏", "有道理", "说得对", "好的好的", "期待",
	"辛苦了", "嗯嗯", "太真实了", "记下了", "厉害" };
static const char *const nods_en[] = { "👍", "Nice", "Same", "+1", "Good one", "Thanks", "Agreed", "True", "👏", "Lovely" };

#define PICK(array, c) (array)[demo_below((c), COUNT_OF(array))]

static const char *one_of(const char *const *list, struct demo_chance *c)
{
	size_t n = 0;
	while (list[n])
		n++;
	return list[demo_below(c, n)];
}

size_t demo_exchange(const struct demo_theme *t, bool english, struct demo_chance *c, struct str out_parts[DEMO_EXCHANGE_PARTS])
{
	const struct demo_pool *pool = &t->pool[english];
	struct str rest = str_of(pool->exchanges[demo_below(c, pool->count)]);
	size_t n = 0;
	while (n < DEMO_EXCHANGE_PARTS && str_cut(&rest, '|', &out_parts[n]))
		n++;
	return n;
}

struct demo_slots demo_slots_of(const struct demo_theme *t, bool english, int month, struct demo_chance *c)
{
	return (struct demo_slots){ .place = one_of(t->places[english], c), .thing = one_of(t->things[english], c),
		.day = english ? PICK(days_en, c) : PICK(days_zh, c), .time = english ? PICK(times_en, c) : PICK(times_zh, c),
		.weather = english ? PICK(weathers_en, c) : weathers_zh[month - 1][demo_below(c, 3)], .number = 2 + (int)demo_below(c, 8) };
}

static void fill_slot(struct buf *b, char slot, const struct demo_slots *s)
{
	switch (slot) {
	case 'p': buf_add(b, str_of(s->place)); break;
	case 'o': buf_add(b, str_of(s->thing)); break;
	case 'd': buf_add(b, str_of(s->day)); break;
	case 't': buf_add(b, str_of(s->time)); break;
	case 'w': buf_add(b, str_of(s->weather)); break;
	case 'm': buf_add(b, s->mention); break;
	case 'n': buf_add_int(b, s->number); break;
	default: assert(!"a slot that is none");
	}
}

enum err demo_fill(struct arena *a, struct str part, const struct demo_slots *s, struct str *out_text, bool *out_mentioned)
{
	CLEANUP(buf_free) struct buf b = BUF(4096);
	bool mentioned = false;
	for (size_t i = 0; i < part.n; i++) {
		if (part.p[i] == '{' && i + 2 < part.n && part.p[i + 2] == '}') {
			mentioned = mentioned || part.p[i + 1] == 'm';
			fill_slot(&b, part.p[i + 1], s);
			i += 2;
		} else {
			buf_add_char(&b, part.p[i]);
		}
	}
	TRY(buf_end(&b));
	*out_mentioned = mentioned;
	return arena_copy(a, buf_str(&b), out_text);
}

struct str demo_nod(bool english, struct demo_chance *c) { return str_of(english ? PICK(nods_en, c) : PICK(nods_zh, c)); }
