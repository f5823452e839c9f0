/* media: QR codes for a page and for a terminal, read back by zbarimg. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "media/media.h"

/* Black modules of a code of side, from either drawing. */
static uint8_t modules[256][256];

static int from_svg(struct str svg)
{
	int side = 0, high = 0;
	const char *at = strstr(svg.p, "viewBox=\"0 0 ");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "viewBox=\"0 0 %d %d\"", &side, &high), 2);
	assert_int_equal(side, high);
	memset(modules, 0, sizeof modules);
	int x, y, n, back, used;
	for (at = strstr(svg.p, " d=\"") + 4; sscanf(at, "M%d %dh%dv1h-%dz%n", &x, &y, &n, &back, &used) == 4;
	     at += used) {
		assert_int_equal(n, back);
		assert_true(x >= QR_MARGIN && y >= QR_MARGIN && x + n <= side - QR_MARGIN && y < side - QR_MARGIN);
		memset(&modules[y][x], 1, (size_t)n);
	}
	assert_string_equal(at, "\"/></svg>");
	return side;
}

static int from_terminal(struct str text, bool colour)
{
	int y = 0, side = 0;
	struct str line;
	memset(modules, 0, sizeof modules);
	while (str_cut(&text, '\n', &line)) {
		int x = 0;
		if (line.n == 0)
			continue;
		if (colour) {
			assert_true(str_starts(line, STR("\x1B[30;107m")) && str_ends(line, STR("\x1B[0m")));
			line = (struct str){ line.p + 9, line.n - 13 };
		}
		while (line.n) {
			bool upper = str_starts(line, STR("▀")) || str_starts(line, STR("█"));
			bool lower = str_starts(line, STR("▄")) || str_starts(line, STR("█"));
			modules[y][x] = upper == colour;
			modules[y + 1][x++] = lower == colour;
			line = str_from(line, upper || lower ? 3 : 1);
		}
		side = x;
		y += 2;
	}
	return side;
}

/* What zbarimg reads in the modules. */
static void scan(int side, const char *want)
{
	enum { SCALE = 6 };
	char path[] = "/tmp/hearth-qr-XXXXXX", command[128], got[QR_BYTES_MAX + 16] = "";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	FILE *f = fdopen(fd, "wb");
	fprintf(f, "P5 %d %d 255\n", side * SCALE, side * SCALE);
	for (int y = 0; y < side * SCALE; y++)
		for (int x = 0; x < side * SCALE; x++)
			fputc(modules[y / SCALE][x / SCALE] ? 0 : 255, f);
	fclose(f);
	snprintf(command, sizeof command, "zbarimg -q --raw -Sdisable -Sqrcode.enable %s 2>/dev/null", path);
	FILE *p = popen(command, "r");
	size_t n = fread(got, 1, sizeof got - 1, p);
	pclose(p);
	unlink(path);
	if (n && got[n - 1] == '\n')
		got[n - 1] = '\0';
	assert_string_equal(got, want);
}

static void qr_codes_are_read_back(void **state)
{
	if (system("command -v zbarimg >/dev/null 2>&1") != 0) {
		print_message("# skipped: zbarimg (package zbar-tools) is not installed\n");
		skip();
	}
	static char longest[QR_BYTES_MAX + 1];
	memset(longest, 'x', QR_BYTES_MAX);
	static const char *const texts[] = {
		"https://hearth.example.org/enter/Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE", "a", longest
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct buf svg CLEANUP(buf_free) = BUF(1 << 20), plain CLEANUP(buf_free) = BUF(1 << 20),
			       colour CLEANUP(buf_free) = BUF(1 << 20);
		assert_int_equal(media_qr_svg(str_of(texts[i]), &svg), ERR_OK);
		buf_add_char(&svg, '\0');
		scan(from_svg(buf_str(&svg)), texts[i]);
		assert_int_equal(media_qr_terminal(str_of(texts[i]), false, &plain), ERR_OK);
		scan(from_terminal(buf_str(&plain), false), texts[i]);
		assert_int_equal(media_qr_terminal(str_of(texts[i]), true, &colour), ERR_OK);
		scan(from_terminal(buf_str(&colour), true), texts[i]);
	}
}

static void qr_codes_have_limits(void **state)
{
	static char longer[QR_BYTES_MAX + 1];
	struct buf b CLEANUP(buf_free) = BUF(1 << 20), small CLEANUP(buf_free) = BUF(100);
	memset(longer, 'x', sizeof longer);
	assert_int_equal(media_qr_svg((struct str){ longer, sizeof longer }, &b), ERR_LIMIT);
	assert_int_equal(media_qr_terminal((struct str){ longer, sizeof longer }, true, &b), ERR_LIMIT);
	assert_int_equal(media_qr_svg(STR(""), &b), ERR_INPUT);
	assert_int_equal(media_qr_svg(STR("a\0b"), &b), ERR_INPUT);
	assert_int_equal(b.n, 0);
	assert_int_equal(media_qr_svg(STR("a"), &small), ERR_LIMIT);
	assert_int_equal(small.n, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(qr_codes_are_read_back),
		cmocka_unit_test(qr_codes_have_limits),
	};
	return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
