/*
 * The words of the failings: all there in both languages, and as warm as the rules of the interface ask.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/failing_words.h"
#include "text/text.h"

#define SENTENCE_CHARS_MAX 140u

static void is_fine(const char *words, bool chinese)
{
	static const char *const never[] = { "失败", "非法", "无效", "错误", "警告", "您", "亲", "！", "!", "failed", "invalid",
		"oops", "you are", "你是个", "must", "必须" };
	assert_non_null(words);
	struct str s = str_of(words);
	assert_true(s.n > 0 && utf8_ok(s) && utf8_chars(s) <= SENTENCE_CHARS_MAX);
	assert_int_equal(chinese, utf8_chars(s) != s.n);
	for (size_t i = 0; i < COUNT_OF(never); i++)
		if (str_find(s, str_of(never[i])) >= 0)
			fail_msg("%s: %s", words, never[i]);
}

static void test_all_are_there(void **state)
{
	for (int chinese = 0; chinese < 2; chinese++) {
		for (unsigned k = 0; k < WARMTH_FAILINGS; k++) {
			const struct failing_words *w = failing_words_of((enum warmth_failing_kind)k, chinese);
			is_fine(w->name, chinese);
			is_fine(w->shows, chinese);
			is_fine(w->does_not, chinese);
			is_fine(w->unknown, chinese);
			is_fine(w->rests_on, chinese);
		}
		for (unsigned k = 0; k < WARMTH_PARTS; k++)
			is_fine(failing_part_words((enum warmth_part_kind)k, chinese), chinese);
		for (unsigned k = WARMTH_FAILING_NO_OWNER; k <= WARMTH_FAILING_NO_CALLS; k++)
			is_fine(failing_doubt_words((enum warmth_failing_doubt)k, chinese), chinese);
		for (unsigned k = 0; k <= WARMTH_SIGN_CLEAR; k++)
			is_fine(failing_sign_words((enum warmth_sign)k, chinese), chinese);
		is_fine(failing_note_words(chinese), chinese);
		assert_null(failing_doubt_words(WARMTH_FAILING_SURE, chinese));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all_are_there) };
	return cmocka_run_group_tests_name("failing_words", tests, NULL, NULL);
}
