/* The people of the demo village, and chance. Names are made of common parts; nobody is meant. */
#include <math.h>
#include <stdlib.h>

#include "cli/demo.h"

#define PEOPLE_CHINESE 430u
#define PEOPLE_ENGLISH 70u
#define PEOPLE_ELDER 60u
#define NAME_TRIES 200

uint64_t demo_roll(struct demo_chance *c)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

double demo_share(struct demo_chance *c) { return (double)(demo_roll(c) >> 11) * 0x1p-53; }
size_t demo_below(struct demo_chance *c, size_t n) { return n ? (size_t)(demo_share(c) * (double)n) : 0; }
double demo_wait(struct demo_chance *c, double mean) { return -mean * log(1 - demo_share(c)); }

unsigned demo_count(struct demo_chance *c, double mean)
{
	/* Knuth's product; the means here are small */
	double limit = exp(-mean), product = demo_share(c);
	unsigned n = 0;
	while (product > limit && n < 1000) {
		product *= demo_share(c);
		n++;
	}
	return n;
}

static const char *const surnames[] = { "陈", "林", "黄", "张", "李", "王", "吴", "刘", "蔡", "杨", "许", "郑", "谢", "郭", "洪", "曾", "邱", "周",
	"叶", "赖", "徐", "苏", "何", "沈", "孙", "马", "胡", "朱", "高", "罗", "梁", "宋", "唐", "韩", "冯", "董", "程", "曹", "袁", "邓" };
static const char *const given[] = { "雨桐", "浩", "静", "伟", "思远", "晓梅", "建国", "明轩", "佳怡", "海涛", "小燕", "志强", "文博", "欣然", "子墨", "丽华",
	"大勇", "若兰", "一鸣", "春生", "秋实", "雪", "磊", "娜", "亚楠", "晨", "向东", "安琪", "立新", "可心", "俊", "芳", "宏", "颖", "东升", "慧" };
static const char *const nicks[] = { "山里人", "慢慢走", "阿强", "小满", "豆花", "老猫", "风筝", "阿May", "一杯茶", "石头", "鱼丸", "晚风", "芒果", "木木", "大白",
	"向阳", "橘子汽水", "阿布", "拾光", "北北", "小岛", "米粒", "柚子", "南瓜", "知了", "阿杰", "甜豆", "九月", "半夏", "老K", "青苔", "云朵", "胖虎", "小鹿",
	"海盐", "麦子", "阿宽", "七七", "栗子", "长颈鹿" };
static const char *const first_names[] = { "Tom", "Aoife", "Priya", "Luca", "Marta", "Daniel", "Hanna", "Samir", "Chloe", "Ben", "Ingrid", "Diego", "Ruth",
	"Kofi", "Yuki", "Elena", "Oskar", "Maya", "Peter", "Grace", "Noah", "Zeynep", "Anna", "Liam", "Tara", "Hugo" };
static const char *const initials[] = { "", " B.", " K.", " M.", " S.", " W.", " R." };
static const char *const elder_names[] = { "老周", "李大爷", "王阿姨", "张老师", "刘奶奶", "赵叔", "陈婆婆", "老孙头", "吴医生", "郑阿姨", "黄伯", "林婶", "徐老",
	"马师傅", "老杨", "何阿姨", "高大妈", "宋伯伯", "老梁", "冯阿姨", "曹大爷", "彭奶奶", "余叔", "潘阿姨", "老戴", "夏老师", "钟伯", "汪阿姨", "田大爷", "姜婶" };
static const char *const kin[] = { "妈妈", "爸爸", "姐姐陈望溪", "姐夫", "小雨", "阿岚" };

#define PICK(array, c) (array)[demo_below((c), COUNT_OF(array))]

static enum err make_name(struct arena *a, struct demo_chance *c, enum demo_tongue tongue, int turn, struct str *out)
{
	switch (tongue) {
	case DEMO_ENGLISH:
		return arena_print(a, out, "%s%s", PICK(first_names, c), PICK(initials, c));
	case DEMO_ELDER:
		return turn < 8 ? arena_copy(a, str_of(PICK(elder_names, c)), out) :
			arena_print(a, out, "%s%s", PICK(surnames, c), demo_below(c, 2) ? "大爷" : "阿姨");
	case DEMO_CHINESE:
	case DEMO_KIN:
		break;
	}
	return demo_below(c, 4) == 0 && turn < 4 ? arena_copy(a, str_of(PICK(nicks, c)), out) :
		arena_print(a, out, "%s%s", PICK(surnames, c), PICK(given, c));
}

/* A name nobody has yet. */
static enum err add(struct arena *a, struct demo_chance *c, struct map *names, enum demo_tongue tongue, struct demo_person *out)
{
	for (int turn = 0; turn < NAME_TRIES; turn++) {
		bool fresh = false;
		TRY(make_name(a, c, tongue, turn, &out->name));
		if (map_put(names, out->name, 1, &fresh) == NULL)
			return ERR_MEMORY;
		if (fresh) {
			out->tongue = tongue;
			return ERR_OK;
		}
	}
	return ERR_LIMIT;
}

enum err demo_people(struct arena *a, struct demo_chance *c, struct demo_person **out, size_t *out_count)
{
	size_t n = 0, most = 1 + COUNT_OF(kin) + PEOPLE_CHINESE + PEOPLE_ENGLISH + PEOPLE_ELDER;
	struct demo_person *list = arena_take_many(a, most, sizeof *list);
	CLEANUP(map_drop) struct map *names = map_new(most * 2);
	if (list == NULL || names == NULL)
		return ERR_MEMORY;
	list[n++] = (struct demo_person){ .name = STR("陈望山"), .tongue = DEMO_CHINESE };
	if (map_put(names, list[0].name, 1, NULL) == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < COUNT_OF(kin); i++)
		list[n++] = (struct demo_person){ .name = str_of(kin[i]), .tongue = DEMO_KIN };
	for (; n < most; n++) {
		size_t i = n - 1 - COUNT_OF(kin);
		TRY(add(a, c, names, i < PEOPLE_ENGLISH ? DEMO_ENGLISH : i < PEOPLE_ENGLISH + PEOPLE_ELDER ? DEMO_ELDER : DEMO_CHINESE, &list[n]));
	}
	*out = list;
	*out_count = n;
	return ERR_OK;
}
