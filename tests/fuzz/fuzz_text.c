/*
 * fuzz_text: any bytes as JSON, Markdown, a name, an encoding's file. The first byte chooses.
 *
 * What must hold whatever comes in: an answer within limits; text that comes out is UTF-8; JSON that was read is written and
 * read back as the same; mending twice changes nothing.
 */
#include <stdlib.h>

#include "text/text.h"

#define FUZZ_ARENA_MAX (64u << 20)
#define FUZZ_DEPTH_MAX 24u

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void write_again(struct json_out *out, const struct json *j)
{
	switch (j->kind) {
	case JSON_NULL: json_null(out); break;
	case JSON_BOOL: json_bool(out, j->integer != 0); break;
	case JSON_INT: json_int(out, j->integer); break;
	case JSON_REAL: json_real(out, j->real); break;
	case JSON_TEXT: json_text(out, j->text); break;
	case JSON_LIST:
		json_open_list(out);
		for (size_t i = 0; i < j->count; i++)
			write_again(out, &j->items[i]);
		json_close_list(out);
		break;
	case JSON_OBJECT:
		/* Keys are literals for the writer, so an object is written as the list of its values. */
		json_open_list(out);
		for (size_t i = 0; i < j->count; i++) {
			must(utf8_ok(j->keys[i]));
			write_again(out, &j->items[i]);
		}
		json_close_list(out);
		break;
	}
}

static void try_json(struct arena *a, struct str s)
{
	CLEANUP(buf_free) struct buf first = BUF(FUZZ_ARENA_MAX);
	CLEANUP(buf_free) struct buf second = BUF(FUZZ_ARENA_MAX);
	struct json *j = NULL;
	size_t at = 0;
	if (json_read(a, s, FUZZ_DEPTH_MAX, &j, &at) != ERR_OK) {
		must(at <= s.n);
		return;
	}
	struct json_out out = JSON_OUT(&first);
	write_again(&out, j);
	must(buf_end(&first) == ERR_OK);
	must(json_read(a, buf_str(&first), FUZZ_DEPTH_MAX, &j, &at) == ERR_OK);
	out = JSON_OUT(&second);
	write_again(&out, j);
	must(buf_end(&second) == ERR_OK && str_eq(buf_str(&first), buf_str(&second)));
}

static void try_names(struct arena *a, struct str s)
{
	struct str mended, again, folded;
	if (utf8_mend(a, s, &mended) != ERR_OK)
		return;
	must(utf8_ok(mended));
	must(utf8_mend(a, mended, &again) == ERR_OK && str_eq(mended, again));
	must(utf8_first(mended, mended.n / 2).n <= mended.n / 2 && utf8_ok(utf8_first(mended, mended.n / 2)));
	must(utf8_ok(text_trim(mended)) && utf8_chars(mended) <= mended.n);
	if (text_fold(a, mended, &folded) == ERR_OK)
		must(utf8_ok(folded));
}

static void try_markdown(struct arena *a, struct str s)
{
	CLEANUP(buf_free) struct buf html = BUF(FUZZ_ARENA_MAX);
	struct str mended;
	if (utf8_mend(a, s, &mended) != ERR_OK || markdown_html(mended, &html) != ERR_OK)
		return;
	must(utf8_ok(buf_str(&html)) && str_find(buf_str(&html), STR("<script")) < 0);
}

static void try_decoder(struct str s, const char *encoding)
{
	CLEANUP(buf_free) struct buf whole = BUF(FUZZ_ARENA_MAX);
	CLEANUP(buf_free) struct buf pieces = BUF(FUZZ_ARENA_MAX);
	for (int cut = 0; cut < 2; cut++) {
		struct decoder *d = NULL;
		must(decoder_new(encoding, &d) == ERR_OK);
		struct buf *to = cut ? &pieces : &whole;
		size_t half = cut ? s.n / 2 : s.n;
		must(decoder_add(d, str_first(s, half), false, to) == ERR_OK);
		must(decoder_add(d, str_from(s, half), true, to) == ERR_OK);
		decoder_free(d);
		must(utf8_ok(buf_str(to)) || memchr(to->p, 0, to->n) != NULL);
	}
	must(str_eq(buf_str(&whole), buf_str(&pieces)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct str s = { (const char *)data + 1, size - 1 };
	struct arena *a = arena_new(FUZZ_ARENA_MAX);
	switch (data[0] % 6) {
	case 0: case 1: try_json(a, s); break;
	case 2: try_names(a, s); break;
	case 3: try_markdown(a, s); break;
	case 4: try_decoder(s, "GB18030"); break;
	case 5: try_decoder(s, "UTF-16LE"); break;
	}
	arena_free(a);
	return 0;
}
