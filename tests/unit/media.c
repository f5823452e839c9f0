/* media: pictures made by vips in here, and by hand where they are hostile. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <vips/vips.h>

#include <cmocka.h>

#include "media/media.h"

/* ---- pictures to read ---- */

static void image_drop(VipsImage **im) { g_clear_object(im); }

/* A gradient in colours, black in its first quarter; frames one below the other. */
static VipsImage *paint(int width, int height, int bands)
{
	uint8_t *p = malloc((size_t)width * (size_t)height * (size_t)bands), *at = p;
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			for (int b = 0; b < bands; b++)
				*at++ = x < width / 2 && y < height / 2
						? (b == 3) * 255
						: (uint8_t)(b == 3 ? 255 : 128 + (x * (b + 1) + y) % 120);
	VipsImage *im = vips_image_new_from_memory_copy(p, (size_t)(at - p), width, height, bands, VIPS_FORMAT_UCHAR);
	free(p);
	im->Type = bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
	return im;
}

static struct str saved(VipsImage *im, const char *suffix)
{
	void *p = NULL;
	size_t n = 0;
	if (vips_image_write_to_buffer(im, suffix, &p, &n, NULL))
		fail_msg("%s", vips_error_buffer());
	return (struct str){ p, n };
}

static struct str painted(int width, int height, int bands, const char *suffix)
{
	VipsImage *im CLEANUP(image_drop) = paint(width, height, bands);
	return saved(im, suffix);
}

static void drop(struct str s) { g_free((void *)(uintptr_t)s.p); }

static VipsImage *opened(struct str s, enum picture_type type)
{
	VipsImage *im = NULL;
	void *p = (void *)(uintptr_t)s.p;
	if (type == PICTURE_JPEG   ? vips_jpegload_buffer(p, s.n, &im, NULL)
	    : type == PICTURE_PNG  ? vips_pngload_buffer(p, s.n, &im, NULL)
	    : type == PICTURE_WEBP ? vips_webpload_buffer(p, s.n, &im, "n", -1, NULL)
				   : vips_gifload_buffer(p, s.n, &im, "n", -1, NULL))
		fail_msg("%s", vips_error_buffer());
	return im;
}

static bool is_dark(VipsImage *im, int x, int y)
{
	double *v = NULL;
	int n = 0;
	assert_int_equal(vips_getpoint(im, &v, &n, x, y, NULL), 0);
	bool dark = v[0] < 40;
	g_free(v);
	return dark;
}

static void read_ok(struct str s, struct picture *p)
{
	enum err e = picture_read(s, p);
	if (e != ERR_OK)
		fail_msg("%s", err_name(e));
}

static void refused(struct str s, enum err want)
{
	struct picture p = { .width = 77 };
	enum err e = picture_read(s, &p);
	if (e != want)
		fail_msg("%s instead of %s", err_name(e), err_name(want));
	assert_int_equal(p.width, 77);
	assert_null(p.clean.p);
}

static void every_format_comes_back_clean(void **state)
{
	static const struct {
		const char *suffix, *mime;
		int bands;
	} formats[] = { { ".jpg", "image/jpeg", 3 },
			{ ".jpg", "image/jpeg", 1 },
			{ ".png", "image/png", 4 },
			{ ".png", "image/png", 3 },
			{ ".png[interlace]", "image/png", 3 },
			{ ".jpg[interlace]", "image/jpeg", 3 },
			{ ".png[bitdepth=1]", "image/png", 1 },
			{ ".webp", "image/webp", 3 },
			{ ".webp[lossless]", "image/webp", 4 },
			{ ".gif", "image/gif", 3 } };
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		struct str s = painted(1440, 900, formats[i].bands, formats[i].suffix);
		struct picture p CLEANUP(picture_free) = { 0 };
		read_ok(s, &p);
		assert_string_equal(picture_mime(p.type), formats[i].mime);
		assert_int_equal(p.width, 1440);
		assert_int_equal(p.height, 900);
		assert_int_equal(p.frames, 1);
		assert_int_equal(p.thumb_width, 720);
		assert_int_equal(p.thumb_height, 450);
		VipsImage *clean CLEANUP(image_drop) = opened(p.clean, p.type),
				 *thumb CLEANUP(image_drop) = opened(p.thumb, PICTURE_WEBP);
		assert_int_equal(vips_image_get_width(clean), 1440);
		assert_int_equal(vips_image_get_width(thumb), 720);
		assert_true(is_dark(clean, 100, 100) && !is_dark(clean, 1400, 100));
		assert_true(is_dark(thumb, 100, 100) && !is_dark(thumb, 700, 100));
		enum picture_type again;
		assert_int_equal(picture_recognize(p.clean, &again), ERR_OK);
		assert_int_equal(again, p.type);
		drop(s);
	}
}

static void small_pictures_are_not_blown_up(void **state)
{
	struct str s = painted(3, 2, 3, ".png");
	struct picture p CLEANUP(picture_free) = { 0 };
	read_ok(s, &p);
	assert_int_equal(p.thumb_width, 3);
	assert_int_equal(p.thumb_height, 2);
	drop(s);
}

static void metadata_goes_and_the_picture_stands(void **state)
{
	/* a ninth round for PNG, which this library writes without EXIF */
	for (int round = 1; round <= 9; round++) {
		int orientation = round <= 8 ? round : 1;
		enum picture_type type = round == 9 ? PICTURE_PNG : round % 2 ? PICTURE_JPEG : PICTURE_WEBP;
		VipsImage *im CLEANUP(image_drop) = paint(400, 200, 3);
		vips_image_set_int(im, VIPS_META_ORIENTATION, orientation);
		vips_image_set_string(im, "exif-ifd0-Copyright",
				      "SECRETNAME (SECRETNAME, ASCII, 11 components, 11 bytes)");
		vips_image_set_string(im, "exif-ifd3-GPSLatitude",
				      "48/1 8/1 0/1 (48, 8, 0, Rational, 3 components, 24 bytes)");
		vips_image_set_string(im, "png-comment-0-Comment", "SECRETNAME");
		static const char xmp[] = "<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRETNAME</x:xmpmeta>";
		vips_image_set_blob_copy(im, VIPS_META_XMP_NAME, xmp, sizeof xmp);
		struct str s = saved(im, type == PICTURE_PNG ? ".png" : type == PICTURE_JPEG ? ".jpg" : ".webp");
		/* PNG packs its texts: the library's eyes see them there */
		VipsImage *before CLEANUP(image_drop) = opened(s, type);
		assert_true(vips_image_get_typeof(before, VIPS_META_XMP_NAME));
		struct picture p CLEANUP(picture_free) = { 0 };
		read_ok(s, &p);
		bool side = orientation >= 5;
		assert_int_equal(p.width, side ? 200 : 400);
		assert_int_equal(p.height, side ? 400 : 200);
		assert_int_equal(p.thumb_width, p.width);
		static const char *const secrets[] = { "SECRETNAME", "Exif",        "EXIF", "eXIf",
						       "xmpmeta",    "ICC_PROFILE", "ICCP", "iCCP" };
		for (size_t i = 0; i < COUNT_OF(secrets); i++) {
			if (str_find(p.clean, str_of(secrets[i])) >= 0 || str_find(p.thumb, str_of(secrets[i])) >= 0)
				fail_msg("%s stayed in (round %d)", secrets[i], round);
		}
		VipsImage *clean CLEANUP(image_drop) = opened(p.clean, p.type),
				 *thumb CLEANUP(image_drop) = opened(p.thumb, PICTURE_WEBP);
		/* the black quarter: 1 stays, 2 and 3, 4 … as EXIF 2.3 has it */
		static const uint8_t right[] = { 0, 0, 1, 1, 0, 0, 1, 1, 0 }, bottom[] = { 0, 0, 0, 1, 1, 0, 0, 1, 1 };
		int x = right[orientation] ? (int)p.width - 20 : 20, y = bottom[orientation] ? (int)p.height - 20 : 20;
		assert_true(is_dark(clean, x, y) && is_dark(thumb, x, y));
		assert_false(is_dark(clean, (int)p.width - x, (int)p.height - y));
		assert_int_equal(vips_image_get_orientation(clean), 1);
		static const char *const fields[] = { VIPS_META_XMP_NAME, VIPS_META_EXIF_NAME, VIPS_META_ICC_NAME,
						      "png-comment-0-Comment" };
		for (size_t i = 0; i < COUNT_OF(fields); i++)
			assert_true(!vips_image_get_typeof(clean, fields[i]) &&
				    !vips_image_get_typeof(thumb, fields[i]));
		drop(s);
	}
}

static void a_profile_becomes_srgb(void **state)
{
	VipsImage *im CLEANUP(image_drop) = NULL, *p3 CLEANUP(image_drop) = NULL;
	/* one flat orange: what is measured is the colour, not the JPEG */
	uint8_t flat[64 * 64 * 3];
	for (size_t i = 0; i < sizeof flat; i++)
		flat[i] = (uint8_t[]){ 220, 120, 40 }[i % 3];
	im = vips_image_new_from_memory_copy(flat, sizeof flat, 64, 64, 3, VIPS_FORMAT_UCHAR);
	im->Type = VIPS_INTERPRETATION_sRGB;
	assert_int_equal(vips_icc_transform(im, &p3, "p3", "input_profile", "srgb", NULL), 0);
	struct str s = saved(p3, ".jpg");
	assert_true(str_find(s, STR("ICC_PROFILE")) >= 0);
	struct picture p CLEANUP(picture_free) = { 0 };
	read_ok(s, &p);
	assert_int_equal(str_find(p.clean, STR("ICC_PROFILE")), -1);
	VipsImage *clean CLEANUP(image_drop) = opened(p.clean, p.type);
	double *want = NULL, *got = NULL;
	int n = 0;
	vips_getpoint(im, &want, &n, 50, 20, NULL);
	vips_getpoint(clean, &got, &n, 50, 20, NULL);
	for (int i = 0; i < 3; i++)
		assert_true(got[i] - want[i] < 6 && want[i] - got[i] < 6);
	g_free(want);
	g_free(got);
	drop(s);
}

static void what_moves_keeps_its_frames(void **state)
{
	static const char *const suffixes[] = { ".gif", ".webp" };
	for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
		VipsImage *im CLEANUP(image_drop) = paint(100, 5 * 60, 3);
		int delays[5] = { 100, 200, 300, 400, 500 };
		vips_image_set_int(im, VIPS_META_PAGE_HEIGHT, 60);
		vips_image_set_array_int(im, "delay", delays, 5);
		vips_image_set_int(im, "loop", 3);
		struct str s = saved(im, suffixes[i]);
		struct picture p CLEANUP(picture_free) = { 0 };
		read_ok(s, &p);
		assert_int_equal(p.frames, 5);
		assert_int_equal(p.width, 100);
		assert_int_equal(p.height, 60);
		assert_int_equal(p.thumb_height, 60);
		VipsImage *clean CLEANUP(image_drop) = opened(p.clean, p.type),
				 *thumb CLEANUP(image_drop) = opened(p.thumb, PICTURE_WEBP);
		assert_int_equal(vips_image_get_n_pages(clean), 5);
		assert_int_equal(vips_image_get_n_pages(thumb), 1);
		int *kept = NULL, n = 0, loop = 0;
		assert_int_equal(vips_image_get_array_int(clean, "delay", &kept, &n), 0);
		assert_int_equal(n, 5);
		assert_int_equal(kept[2], 300);
		vips_image_get_int(clean, "loop", &loop);
		assert_int_equal(loop, 3);
		drop(s);
	}
}

/* ---- hostile ---- */

static void other_formats_are_refused(void **state)
{
	static const struct str others[] = { { "", 0 },
					     { "\xFF\xD8", 2 },
					     { "\xFF\xD8\xFF\xE0", 4 },
					     { "GIF89a", 6 },
					     { "\x89PNG\r\n\x1A\n", 8 },
					     { "RIFF\4\0\0\0WEBP", 12 },
					     { "RIFF\4\0\0\0WAVE", 12 },
					     { "BM\0\0\0\0", 6 },
					     { "%PDF-1.4\n", 9 },
					     { "II*\0\10\0\0\0", 8 },
					     { "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>",
					       63 },
					     { "P6 2 2 255 aaaaaaaaaaaa", 23 },
					     { "\0\0\0\x1C"
					       "ftypheic",
					       12 } };
	for (size_t i = 0; i < COUNT_OF(others); i++)
		refused(others[i], ERR_INPUT);
	/* a TIFF is one that vips itself would read: it must not, though the door were open */
	struct str tiff = painted(20, 20, 3, ".tif");
	VipsImage *im = NULL;
	refused(tiff, ERR_INPUT);
	assert_int_not_equal(vips_tiffload_buffer((void *)(uintptr_t)tiff.p, tiff.n, &im, NULL), 0);
	drop(tiff);
	char *large = calloc(1, PICTURE_BYTES_MAX + 1);
	memcpy(large, "\xFF\xD8\xFF", 3);
	refused((struct str){ large, PICTURE_BYTES_MAX + 1 }, ERR_LIMIT);
	free(large);
}

static void put_be(uint8_t *p, uint32_t v, int bytes)
{
	while (bytes--) {
		p[bytes] = (uint8_t)v;
		v >>= 8;
	}
}

static uint32_t crc(const uint8_t *p, size_t n)
{
	uint32_t c = ~0u;
	while (n--) {
		c ^= *p++;
		for (int i = 0; i < 8; i++)
			c = c >> 1 ^ (c & 1 ? 0xEDB88320u : 0);
	}
	return ~c;
}

static void set_png(struct str s, uint32_t width, uint32_t height)
{
	uint8_t *p = (uint8_t *)(uintptr_t)s.p;
	put_be(p + 16, width, 4);
	put_be(p + 20, height, 4);
	put_be(p + 29, crc(p + 12, 17), 4);
}

static void set_jpeg(struct str s, uint32_t width, uint32_t height)
{
	ptrdiff_t at = str_find(s, STR("\xFF\xC0"));
	at = at < 0 ? str_find(s, STR("\xFF\xC2")) : at;
	assert_true(at > 0);
	uint8_t *p = (uint8_t *)(uintptr_t)s.p + at;
	put_be(p + 5, height, 2);
	put_be(p + 7, width, 2);
}

static long status_kb(const char *name)
{
	char line[256];
	long kb = 0;
	FILE *f = fopen("/proc/self/status", "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		if (strncmp(line, name, strlen(name)) == 0)
			kb = strtol(line + strlen(name), NULL, 10);
	fclose(f);
	return kb;
}

/* Forgets the highest mark of memory so far (proc(5), clear_refs); what is held now. */
static long peak_begin(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");
	assert_non_null(f);
	fputs("5", f);
	fclose(f);
	return status_kb("VmRSS:");
}

static long peak_end(long from_kb) { return status_kb("VmHWM:") - from_kb; }

static void gigantic_sides_are_refused_on_the_header(void **state)
{
	struct str png = painted(8, 8, 3, ".png"), jpeg = painted(8, 8, 3, ".jpg"), gif = painted(8, 8, 3, ".gif"),
		   many = painted(8, 8, 3, ".jpg[interlace]");
	long before = peak_begin();
	int64_t began = clock_mono_us();
	set_png(png, 65535, 65535);
	refused(png, ERR_LIMIT);
	set_png(png, 100001, 1000);
	refused(png, ERR_LIMIT);
	set_png(png, 1000, 0x7FFFFFFF);
	refused(png, ERR_INPUT);
	set_png(png, 0, 0);
	refused(png, ERR_INPUT);
	set_jpeg(jpeg, 65500, 65500);
	refused(jpeg, ERR_LIMIT);
	set_jpeg(jpeg, 65535, 65535);
	refused(jpeg, ERR_INPUT);
	/* within 100 megapixels, but such a one is unpacked as a whole */
	set_jpeg(many, 9000, 9000);
	refused(many, ERR_LIMIT);
	/* a screen alone that is out of reason is taken for the first frame's size */
	memcpy((char *)(uintptr_t)gif.p + 6, "\xFF\xFF\xFF\xFF", 4);
	ptrdiff_t frame = str_find(gif, STR(",\0\0\0\0\10\0\10\0"));
	assert_true(frame > 0);
	memcpy((char *)(uintptr_t)gif.p + frame + 5, "\xFF\xFF\xFF\xFF", 4);
	refused(gif, ERR_LIMIT);
	/* a whole one says its size in VP8X: 16383 x 16383 */
	uint8_t webp[30 + 18] = "RIFF\x28\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\xFE\x3F\0\xFE\x3F\0VP8 "
				"\x0A\0\0\0\x10\0\0\x9D\x01\x2A\xFF\x3F\xFF\x3F";
	struct picture p = { 0 };
	assert_int_not_equal(picture_read((struct str){ (char *)webp, sizeof webp }, &p), ERR_OK);
	/* the smallest of them unpacked is 243 MB; some is the sanitizer's */
	assert_true(peak_end(before) < 200 * 1024);
	assert_true(clock_mono_us() - began < 5 * US_PER_S);
	drop(png);
	drop(jpeg);
	drop(gif);
	drop(many);
}

static void a_bomb_within_the_limit_passes_row_by_row(void **state)
{
	VipsImage *black CLEANUP(image_drop) = NULL;
	assert_int_equal(vips_black(&black, 9000, 9000, "bands", 3, NULL), 0);
	struct str s = saved(black, ".png");
	assert_true(s.n < 1u << 20);
	long before = peak_begin();
	struct picture p CLEANUP(picture_free) = { 0 };
	read_ok(s, &p);
	/* unpacked it is 243 MB; some is the sanitizer's */
	assert_true(peak_end(before) < 200 * 1024);
	assert_int_equal(p.thumb_width, 720);
	drop(s);
}

static void a_million_frames_are_refused(void **state)
{
	static const uint8_t head[] = "GIF89a\1\0\1\0\x80\0\0\0\0\0\xFF\xFF", frame[] = ",\0\0\0\0\1\0\1\0\0\2\2D\1";
	struct buf b CLEANUP(buf_free) = BUF(PICTURE_BYTES_MAX);
	buf_add(&b, (struct str){ (const char *)head, 19 });
	for (unsigned i = 0; i < 1000000; i++)
		buf_add(&b, (struct str){ (const char *)frame, sizeof frame });
	buf_add_char(&b, ';');
	assert_int_equal(buf_end(&b), ERR_OK);
	int64_t began = clock_mono_us();
	refused(buf_str(&b), ERR_LIMIT);
	assert_true(clock_mono_us() - began < 10 * US_PER_S);
}

static void cut_and_spoilt_pictures_harm_nobody(void **state)
{
	static const char *const suffixes[] = { ".jpg",  ".jpg[interlace]", ".png", ".png[interlace]",
						".webp", ".webp[lossless]", ".gif" };
	uint32_t seed = 5;
	for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
		struct str s = painted(160, 120, 3, suffixes[i]);
		for (size_t part = 0; part < 8; part++) {
			size_t n = s.n * part / 8;
			char *copy = malloc(n ? n : 1);
			memcpy(copy, s.p, n);
			refused((struct str){ copy, n }, ERR_INPUT);
			free(copy);
		}
		char *copy = malloc(s.n);
		for (int round = 0; round < 60; round++) {
			memcpy(copy, s.p, s.n);
			for (int k = 0; k < 1 + round % 7; k++) {
				seed = seed * 1664525u + 1013904223u;
				/* headers are near the beginning */
				copy[(seed >> 8) % (round % 2 ? s.n : s.n < 200 ? s.n : 200)] = (char)(seed >> 3);
			}
			struct picture p CLEANUP(picture_free) = { 0 };
			enum err e = picture_read((struct str){ copy, s.n }, &p);
			assert_true(e == ERR_OK ? p.clean.n && p.thumb.n : e == ERR_INPUT || e == ERR_LIMIT);
		}
		free(copy);
		drop(s);
	}
}

static int begin(void **state)
{
	if (media_init() != ERR_OK)
		return -1;
	/* numbers are printed with points all over the program */
	return strcmp(setlocale(LC_NUMERIC, NULL), "C");
}

static int end(void **state)
{
	media_end();
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_comes_back_clean),
		cmocka_unit_test(small_pictures_are_not_blown_up),
		cmocka_unit_test(metadata_goes_and_the_picture_stands),
		cmocka_unit_test(a_profile_becomes_srgb),
		cmocka_unit_test(what_moves_keeps_its_frames),
		cmocka_unit_test(other_formats_are_refused),
		cmocka_unit_test(gigantic_sides_are_refused_on_the_header),
		cmocka_unit_test(a_bomb_within_the_limit_passes_row_by_row),
		cmocka_unit_test(a_million_frames_are_refused),
		cmocka_unit_test(cut_and_spoilt_pictures_harm_nobody),
	};
	return cmocka_run_group_tests_name("media", tests, begin, end);
}
