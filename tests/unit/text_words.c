/*
 * Words of Chinese, English and mixed talk, near duplicates, and signs of selling with their traps.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "text/promotion.h"
#include "text/words.h"

static struct words *reader;

static int open_reader(void **state) { return words_new(&reader) == ERR_OK ? 0 : -1; }

static int close_reader(void **state)
{
	words_free(reader);
	return 0;
}

/* ---- words ---- */

static void words_are(const char *text, const char *joined)
{
	char have[512] = "";
	assert_int_equal(words_read(reader, str_of(text)), ERR_OK);
	for (size_t i = 0; i < words_count(reader); i++) {
		struct word w = words_at(reader, i);
		size_t n = strlen(have);
		snprintf(have + n, sizeof have - n, "%s" STR_FMT, i ? "|" : "", STR_ARG(w.text));
	}
	assert_string_equal(have, joined);
}

static void test_words(void **state)
{
	words_are("", "");
	words_are("……，。！？ 👍🎉", "");
	words_are("Don't stop me now!", "don't|stop|me|now");
	words_are("我们周六去爬山", "我们|周六|去|爬山");
	words_are("明天下午开Python分享会，3点", "明天|下午|开|python|分享|会|3|点");
	words_are("ＦＵＬＬ　width １２３", "full|width|123");
	words_are("STRASSE Straße", "strasse|strasse");
	words_are("a\xff" "b", "a|b");
}

static void test_words_tell_numbers(void **state)
{
	assert_int_equal(words_read(reader, STR("买3斤 苹果 39.9")), ERR_OK);
	size_t numbers = 0;
	for (size_t i = 0; i < words_count(reader); i++)
		numbers += words_at(reader, i).number;
	assert_int_equal(numbers, 2);
	assert_int_equal(words_at(reader, 0).hash, words_at(reader, 0).hash);
}

static void test_words_are_bounded(void **state)
{
	static char long_text[WORDS_BYTES_MAX * 2];
	for (size_t i = 0; i < sizeof long_text; i++)
		long_text[i] = i % 2 ? ' ' : 'x';
	assert_int_equal(words_read(reader, (struct str){ long_text, sizeof long_text }), ERR_OK);
	assert_int_equal(words_count(reader), WORDS_MAX);
	/* U+FDFA grows to 18 characters: then the words are of the text as it was written. */
	for (size_t i = 0; i + 3 <= sizeof long_text; i += 3)
		memcpy(long_text + i, "\xEF\xB7\xBA", 3);
	assert_int_equal(words_read(reader, (struct str){ long_text, sizeof long_text }), ERR_OK);
	assert_true(words_folded(reader).n <= WORDS_BYTES_MAX + 3);
}

static void test_memory_may_run_out(void **state)
{
	for (uint64_t nth = 1; nth < 8; nth++) {
		struct words *w = NULL;
		base_alloc_fail(nth);
		enum err e = words_new(&w);
		e = e == ERR_OK ? words_read(w, STR("我们周六去爬山")) : e;
		base_alloc_fail(0);
		assert_true(e == ERR_OK || e == ERR_MEMORY);
		if (w && e == ERR_MEMORY)
			assert_int_equal(words_count(w), 0);
		words_free(w);
	}
}

/* ---- near duplicates ---- */

static uint64_t signature(const char *text)
{
	assert_int_equal(words_read(reader, str_of(text)), ERR_OK);
	return words_signature(reader);
}

static void test_near(void **state)
{
	static const struct {
		const char *a, *b;
		bool near;
	} pairs[] = {
		{ "新到烟台苹果，五斤装只要39.9元包邮，甜脆多汁，产地直发，坏果包赔，要的私聊我下单",
			"新到烟台苹果，五斤装只要35.8元包邮，甜脆多汁，产地直发，坏果包赔，要的私聊我下单！！", true },
		{ "Flash sale: handmade mugs 30% off this weekend only, order now at https://mugs.example/shop and save",
			"FLASH SALE: handmade mugs 40% off this weekend only, order now at https://mugs.example/shop and save!",
			true },
		{ "新到烟台苹果，五斤装只要39.9元包邮，甜脆多汁，产地直发，坏果包赔，要的私聊我下单",
			"周六早上六点半在东门集合，骑到水库来回四十公里，带够水和备胎，中午一起吃面", false },
		{ "the meeting on saturday is moved to the small room behind the library because of the rain",
			"the train on sunday is late again so we will start walking from the old bridge without you", false },
		{ "姐妹们，周末团购草莓来了，丹东现摘，一盒三斤，只要88元，限时接龙，要的在下面报数，周一发货",
			"姐妹们，周末团购车厘子来了，智利直飞，一盒三斤，只要128元，限时接龙，要的在下面报数，周二发货", true },
		{ "哈哈哈", "哈哈哈", false }, /* too short to say anything */
	};
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		uint64_t a = signature(pairs[i].a), b = signature(pairs[i].b);
		print_message("# pair %zu: %d bits apart\n", i, __builtin_popcountll(a ^ b));
		assert_int_equal(near_same(a, b), pairs[i].near);
	}
}

static void test_near_again(void **state)
{
	struct near_kept kept = { 0 };
	uint64_t advert = signature("新到烟台苹果，五斤装只要39.9元包邮，甜脆多汁，产地直发，坏果包赔，要的私聊我下单");
	assert_false(near_again(&kept, 0));
	assert_false(near_again(&kept, advert));
	assert_true(near_again(&kept, advert ^ 5));
	assert_false(near_again(&kept, ~advert));
	for (uint64_t i = 0; i < NEAR_KEPT; i++)
		near_again(&kept, ~advert);
	assert_false(near_again(&kept, advert)); /* long ago */
}

/* ---- promotion ---- */

static struct promotion look(const char *text)
{
	assert_int_equal(words_read(reader, str_of(text)), ERR_OK);
	return promotion_of(words_folded(reader));
}

static const char *const adverts[] = {
	"新到烟台苹果，5斤装39.9元包邮，要的私聊我",
	"【限时秒杀】原价199，到手价99，戳 https://u.jd.com/abc123",
	"拼团最后一天，差3人成团，20元一份，扫码下单",
	"团购接龙：1. 草莓 35元/盒 要的报数，明天现货",
	"加我微信 fruit_2024 下单，优惠多多",
	"宝妈兼职，日赚300元，加V: mama8866",
	"淘口令：￥AbCdEf￥ 优惠券先领再买",
	"本店清仓特价，全场5折，电话13812345678",
	"姐妹们代购又开啦，护肤品现货，私信我报价",
	"Flash sale! 30% off all mugs, order now: https://mugs.example/shop",
	"I'm selling my new ebook, $9 only today, https://gumroad.com/l/abc",
	"Limited time: free shipping on every preorder, use code HELLO10",
	"My shop has new earrings in stock, 15 dollars, dm me",
	"新品上架 new arrivals! 限时 20% off，order here https://www.etsy.com/shop/x",
	"Earn $500 a week passive income, message me for the link",
};

static const char *const talk[] = {
	"", "早上好", "哈哈哈哈", "今天好冷啊",
	"这个菜市场才3块钱一斤", "昨天吃饭花了200元，有点贵",
	"我昨天下单了，199元包邮，挺好用的", "这个谁买过？ https://item.taobao.com/item.htm?id=1 靠谱吗",
	"集合地点 https://www.amap.com/search?id=1", "在这里 https://maps.google.com/?q=1,2 别迟到",
	"周六骑行，每人50元AA，要来的报名接龙", "我微信号换了", "有人有这本书的链接吗",
	"https://github.com/abc/def 这个库不错", "有优惠吗？", "车票还有现货吗哈哈",
	"I paid $40 for this on sale, free shipping even", "that cost me 30 dollars, never again",
	"the order now is alphabetical", "in stock prices fell 3% today", "see https://example.org/paper.pdf",
	"has anyone tried the discount at the gym?", "meet here: https://goo.gl/maps/xyz",
	"请大家扫码填一下健康表", "周末打折的票 80元，我买了两张", "13812345678 是物业电话",
	"let's vote on the $20 budget", "会费每人 30 元，交给小王",
};

static void test_promotion(void **state)
{
	size_t missed = 0, wrong = 0;
	for (size_t i = 0; i < COUNT_OF(adverts); i++)
		if (!look(adverts[i]).promotes) {
			missed++;
			print_message("# missed: %s (signs %x)\n", adverts[i], look(adverts[i]).signs);
		}
	for (size_t i = 0; i < COUNT_OF(talk); i++)
		if (look(talk[i]).promotes) {
			wrong++;
			print_message("# wrongly: %s (signs %x)\n", talk[i], look(talk[i]).signs);
		}
	print_message("# %zu of %zu adverts missed, %zu of %zu lines of talk taken for one\n", missed,
		COUNT_OF(adverts), wrong, COUNT_OF(talk));
	assert_int_equal(missed, 0);
	assert_int_equal(wrong, 0);
}

static void test_signs(void **state)
{
	static const struct {
		const char *text;
		unsigned with, without;
	} lines[] = {
		{ "才3块钱", PROMOTION_PRICE, PROMOTION_LINK }, { "$ 5", PROMOTION_PRICE, 0 }, { "US5", 0, PROMOTION_PRICE },
		{ "30%", 0, PROMOTION_PRICE }, { "第3元素", PROMOTION_PRICE, 0 /* a known slip */ },
		{ "wx: abc_123", PROMOTION_CONTACT, 0 }, { "wechat is great", 0, PROMOTION_CONTACT },
		{ "打 13912345678", PROMOTION_CONTACT, 0 }, { "订单 139123456789", 0, PROMOTION_CONTACT },
		{ "https://map.baidu.com/x", PROMOTION_MAP, PROMOTION_LINK },
		{ "@所有人 周六爬山，来的报名", PROMOTION_CALLS, PROMOTION_ASKS },
		{ "Who's in for a ride on Sunday?", PROMOTION_CALLS | PROMOTION_ASKS, 0 },
		{ "有人在吗", PROMOTION_ASKS, 0 }, { "what? no way", PROMOTION_ASKS, 0 }, { "好的", 0, PROMOTION_ASKS },
		{ "preordered", 0, PROMOTION_ORDER }, { "email@allison.example", 0, PROMOTION_CALLS },
	};
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		unsigned signs = look(lines[i].text).signs;
		if ((signs & lines[i].with) != lines[i].with || (signs & lines[i].without) != 0)
			fail_msg("%s: signs %x", lines[i].text, signs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_words), cmocka_unit_test(test_words_tell_numbers),
		cmocka_unit_test(test_words_are_bounded), cmocka_unit_test(test_memory_may_run_out),
		cmocka_unit_test(test_near), cmocka_unit_test(test_near_again), cmocka_unit_test(test_promotion),
		cmocka_unit_test(test_signs) };
	return cmocka_run_group_tests_name("text_words", tests, open_reader, close_reader);
}
