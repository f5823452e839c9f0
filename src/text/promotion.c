/*
 * Signs of selling, by a table of phrases and a few small scanners (promotion.h says what is promised).
 * Called by: insight. Owns: the table. Not here: folding (words.c).
 */
#include "text/promotion.h"

#define PHONE_DIGITS 11u /* a mobile number in mainland China: 1, then 3 to 9, then nine more */
#define ID_CHARS_MIN 5u  /* a WeChat id has 6 to 20 characters; with one lost to a typing slip */
#define GAP_BYTES_MAX 8u /* between "wechat" and the id: a colon, a blank, "is" */

struct phrase {
	const char *text; /* folded; Latin letters at an end stand at the border of a word */
	unsigned sign;
};

static const struct phrase phrases[] = {
	{ "下单", PROMOTION_ORDER }, { "包邮", PROMOTION_ORDER }, { "现货", PROMOTION_ORDER },
	{ "秒杀", PROMOTION_ORDER }, { "抢购", PROMOTION_ORDER }, { "拼团", PROMOTION_ORDER },
	{ "团购", PROMOTION_ORDER }, { "代购", PROMOTION_ORDER }, { "要的私", PROMOTION_ORDER },
	{ "想要的私", PROMOTION_ORDER }, { "购买链接", PROMOTION_ORDER }, { "接单", PROMOTION_ORDER },
	{ "本店", PROMOTION_ORDER }, { "招代理", PROMOTION_ORDER }, { "日赚", PROMOTION_ORDER }, { "月入", PROMOTION_ORDER },
	{ "order now", PROMOTION_ORDER }, { "order yours", PROMOTION_ORDER }, { "order here", PROMOTION_ORDER },
	{ "to order", PROMOTION_ORDER }, { "buy now", PROMOTION_ORDER }, { "shop now", PROMOTION_ORDER },
	{ "free shipping", PROMOTION_ORDER }, { "in stock", PROMOTION_ORDER }, { "preorder", PROMOTION_ORDER },
	{ "pre-order", PROMOTION_ORDER }, { "for sale", PROMOTION_ORDER }, { "my shop", PROMOTION_ORDER },
	{ "passive income", PROMOTION_ORDER },

	{ "taobao.com", PROMOTION_SHOP }, { "tmall.com", PROMOTION_SHOP }, { "tb.cn", PROMOTION_SHOP },
	{ "jd.com", PROMOTION_SHOP }, { "yangkeduo.com", PROMOTION_SHOP }, { "pinduoduo.com", PROMOTION_SHOP },
	{ "weidian.com", PROMOTION_SHOP }, { "youzan.com", PROMOTION_SHOP }, { "kuaituantuan", PROMOTION_SHOP },
	{ "淘口令", PROMOTION_SHOP }, { "小程序://", PROMOTION_SHOP }, { "myshopify.com", PROMOTION_SHOP },
	{ "etsy.com", PROMOTION_SHOP }, { "ebay.com", PROMOTION_SHOP }, { "amzn.to", PROMOTION_SHOP },
	{ "gumroad.com", PROMOTION_SHOP },

	{ "扫码", PROMOTION_CONTACT }, { "二维码", PROMOTION_CONTACT }, { "私聊我", PROMOTION_CONTACT },
	{ "私信我", PROMOTION_CONTACT }, { "加我微信", PROMOTION_CONTACT }, { "联系我", PROMOTION_CONTACT },
	{ "要的私", PROMOTION_CONTACT }, { "想要的私", PROMOTION_CONTACT }, { "dm me", PROMOTION_CONTACT },
	{ "message me", PROMOTION_CONTACT }, { "text me", PROMOTION_CONTACT }, { "whatsapp me", PROMOTION_CONTACT },
	{ "qr code", PROMOTION_CONTACT }, { "link in bio", PROMOTION_CONTACT },

	{ "优惠", PROMOTION_DISCOUNT }, { "特价", PROMOTION_DISCOUNT }, { "促销", PROMOTION_DISCOUNT },
	{ "清仓", PROMOTION_DISCOUNT }, { "返现", PROMOTION_DISCOUNT }, { "返利", PROMOTION_DISCOUNT },
	{ "佣金", PROMOTION_DISCOUNT }, { "满减", PROMOTION_DISCOUNT }, { "原价", PROMOTION_DISCOUNT },
	{ "到手价", PROMOTION_DISCOUNT }, { "折扣", PROMOTION_DISCOUNT }, { "立减", PROMOTION_DISCOUNT },
	{ "% off", PROMOTION_DISCOUNT }, { "discount", PROMOTION_DISCOUNT }, { "coupon", PROMOTION_DISCOUNT },
	{ "promo code", PROMOTION_DISCOUNT }, { "use code", PROMOTION_DISCOUNT }, { "on sale", PROMOTION_DISCOUNT },
	{ "flash sale", PROMOTION_DISCOUNT }, { "special price", PROMOTION_DISCOUNT },

	{ "限时", PROMOTION_URGENCY }, { "仅剩", PROMOTION_URGENCY }, { "手慢无", PROMOTION_URGENCY },
	{ "名额有限", PROMOTION_URGENCY }, { "最后一天", PROMOTION_URGENCY }, { "最后几", PROMOTION_URGENCY },
	{ "抓紧", PROMOTION_URGENCY }, { "limited time", PROMOTION_URGENCY }, { "last chance", PROMOTION_URGENCY },
	{ "hurry", PROMOTION_URGENCY }, { "today only", PROMOTION_URGENCY }, { "only today", PROMOTION_URGENCY },
	{ "while they last", PROMOTION_URGENCY }, { "few left", PROMOTION_URGENCY },

	{ "下单了", PROMOTION_TOLD }, { "我买", PROMOTION_TOLD }, { "刚买", PROMOTION_TOLD }, { "买贵", PROMOTION_TOLD },
	{ "花了", PROMOTION_TOLD }, { "有人买过", PROMOTION_TOLD }, { "谁买过", PROMOTION_TOLD },
	{ "有人用过", PROMOTION_TOLD }, { "靠谱吗", PROMOTION_TOLD }, { "别买", PROMOTION_TOLD },
	{ "i bought", PROMOTION_TOLD }, { "i ordered", PROMOTION_TOLD }, { "i paid", PROMOTION_TOLD },
	{ "i got", PROMOTION_TOLD }, { "cost me", PROMOTION_TOLD }, { "has anyone", PROMOTION_TOLD },
	{ "anyone tried", PROMOTION_TOLD }, { "worth it", PROMOTION_TOLD }, { "we paid", PROMOTION_TOLD },

	{ "@所有人", PROMOTION_CALLS }, { "@全体成员", PROMOTION_CALLS }, { "@all", PROMOTION_CALLS },
	{ "@everyone", PROMOTION_CALLS }, { "接龙", PROMOTION_CALLS }, { "报名", PROMOTION_CALLS },
	{ "投票", PROMOTION_CALLS }, { "一起来", PROMOTION_CALLS }, { "有谁想去", PROMOTION_CALLS },
	{ "sign up", PROMOTION_CALLS }, { "rsvp", PROMOTION_CALLS }, { "who's in", PROMOTION_CALLS },
	{ "join us", PROMOTION_CALLS }, { "please vote", PROMOTION_CALLS }, { "poll:", PROMOTION_CALLS },

	{ "map.baidu", PROMOTION_MAP }, { "amap.com", PROMOTION_MAP }, { "maps.google", PROMOTION_MAP },
	{ "google.com/maps", PROMOTION_MAP }, { "goo.gl/maps", PROMOTION_MAP }, { "maps.app.goo.gl", PROMOTION_MAP },
	{ "openstreetmap.org", PROMOTION_MAP }, { "map.qq.com", PROMOTION_MAP },
};

static const char *const currency_before[] = { "¥", "$", "€", "£", "rmb", "usd" };
static const char *const currency_behind[] = { "元", "块", "rmb", "usd", "yuan", "dollars", "bucks", "eur", "€" };
static const char *const wechat[] = { "微信号", "微信", "wechat", "weixin", "vx", "wx", "加v" };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

static bool stands_here(struct str s, size_t at, struct str phrase)
{
	if (s.n - at < phrase.n || memcmp(s.p + at, phrase.p, phrase.n) != 0)
		return false;
	size_t end = at + phrase.n;
	bool runs_on = end < s.n && is_letter(phrase.p[phrase.n - 1]) && is_letter(s.p[end]);
	return !runs_on && !(at > 0 && is_letter(phrase.p[0]) && is_letter(s.p[at - 1]));
}

static unsigned phrases_of(struct str s)
{
	unsigned signs = 0;
	for (size_t i = 0; i < COUNT_OF(phrases); i++) {
		struct str phrase = str_of(phrases[i].text);
		const char *from = s.p;
		for (size_t left = s.n; left >= phrase.n;) {
			from = memmem(from, left, phrase.p, phrase.n);
			if (from == NULL)
				break;
			if (stands_here(s, (size_t)(from - s.p), phrase)) {
				signs |= phrases[i].sign;
				break;
			}
			left = s.n - (size_t)(++from - s.p);
		}
	}
	return signs;
}

static size_t skip_blanks(struct str s, size_t at)
{
	while (at < s.n && s.p[at] == ' ')
		at++;
	return at;
}

static bool one_of(struct str s, size_t at, const char *const *list, size_t count, size_t *out_end)
{
	for (size_t i = 0; i < count; i++) {
		struct str word = str_of(list[i]);
		if (stands_here(s, at, word)) {
			*out_end = at + word.n;
			return true;
		}
	}
	return false;
}

/* A WeChat id: a letter, then letters, digits, - and _. A word without a digit or _ in it is likelier a word. */
static bool id_stands(struct str s, size_t at)
{
	for (size_t gap = 0; at < s.n && gap < GAP_BYTES_MAX && !is_letter(s.p[at]) && !is_digit(s.p[at]); gap++)
		at++;
	size_t n = 0;
	bool odd = false;
	for (; at + n < s.n && (is_letter(s.p[at + n]) || is_digit(s.p[at + n]) || strchr("-_", s.p[at + n])); n++) {
		if (s.p[at + n] == 0)
			break;
		odd |= !is_letter(s.p[at + n]) && s.p[at + n] != '-';
	}
	return odd && n >= ID_CHARS_MIN;
}

static unsigned numbers_of(struct str s)
{
	unsigned signs = 0;
	size_t end;
	for (size_t at = 0; at < s.n;) {
		if (one_of(s, at, currency_before, COUNT_OF(currency_before), &end)) {
			end = skip_blanks(s, end);
			signs |= end < s.n && is_digit(s.p[end]) ? PROMOTION_PRICE : 0;
		}
		if (one_of(s, at, wechat, COUNT_OF(wechat), &end) && id_stands(s, end))
			signs |= PROMOTION_CONTACT;
		if (!is_digit(s.p[at])) {
			at++;
			continue;
		}
		size_t from = at, digits = 0;
		while (at < s.n && (is_digit(s.p[at]) || (s.p[at] == '.' && at + 1 < s.n && is_digit(s.p[at + 1]))))
			digits += is_digit(s.p[at++]);
		if (digits == PHONE_DIGITS && at - from == PHONE_DIGITS && s.p[from] == '1' && s.p[from + 1] >= '3')
			signs |= PROMOTION_CONTACT;
		at = skip_blanks(s, at);
		signs |= one_of(s, at, currency_behind, COUNT_OF(currency_behind), &end) ? PROMOTION_PRICE : 0;
		signs |= stands_here(s, at, STR("折")) ? PROMOTION_DISCOUNT : 0;
	}
	return signs;
}

static bool asks(struct str s)
{
	static const char *const endings[] = { "?", "吗", "呢", "么", "吧" };
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\n'))
		s.n--;
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (str_ends(s, str_of(endings[i])))
			return true;
	return str_find(s, STR("? ")) >= 0;
}

static bool links(struct str s)
{
	return str_find(s, STR("http://")) >= 0 || str_find(s, STR("https://")) >= 0 || str_find(s, STR("www.")) >= 0;
}

struct promotion promotion_of(struct str folded)
{
	struct promotion p = { 0 };
	if (folded.n == 0)
		return p;
	unsigned signs = phrases_of(folded) | numbers_of(folded);
	signs |= asks(folded) ? PROMOTION_ASKS : 0;
	signs |= links(folded) && !(signs & PROMOTION_MAP) ? PROMOTION_LINK : 0;
	p.signs = signs;
	p.score = 2 * ((signs & PROMOTION_ORDER) != 0) + 2 * ((signs & PROMOTION_SHOP) != 0) +
		((signs & PROMOTION_PRICE) != 0) + ((signs & PROMOTION_LINK) != 0) + ((signs & PROMOTION_CONTACT) != 0) +
		((signs & PROMOTION_DISCOUNT) != 0) + ((signs & PROMOTION_URGENCY) != 0) -
		2 * ((signs & PROMOTION_TOLD) != 0) - ((signs & PROMOTION_ASKS) && !(signs & PROMOTION_CONTACT));
	p.promotes = p.score >= PROMOTION_SCORE_MIN;
	return p;
}
