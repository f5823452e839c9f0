/*
 * Pictures by libvips, which is used for four formats only and told to spare memory: one thread, no cache.
 *
 * Every picture is opened twice: for its header, on which the limits are checked, and to be made anew. The small one is
 * made from the uploaded bytes, because JPEG and WebP can be unpacked at a fraction of their size.
 */
#include <stdlib.h>
#include <vips/vips.h>

#include "media/media.h"

#define CLEAN_QUALITY 85
#define THUMB_QUALITY 75
#define WEBP_EFFORT 4
#define WEBP_EFFORT_MOVING 2
#define GIF_EFFORT 4

static pthread_mutex_t one_large = PTHREAD_MUTEX_INITIALIZER;

static void image_drop(VipsImage **im) { g_clear_object(im); }
static void turn_end(pthread_mutex_t **m)
{
	if (*m)
		pthread_mutex_unlock(*m);
}

/* What is odd about a stranger's picture is no news. */
static void be_silent(const char *domain, GLogLevelFlags level, const char *text, void *arg) {}

enum err media_init(void)
{
	if (vips_init("hearth") != 0) {
		log_line(LOG_ERROR, "libvips does not start");
		return ERR_IO;
	}
	g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG, be_silent, NULL);
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	vips_cache_set_max_mem(0);
	vips_cache_set_max_files(0);
	static const char *const readers[] = { "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp",
					       "VipsForeignLoadNsgif" };
	vips_block_untrusted_set(TRUE);
	vips_operation_block_set("VipsForeignLoad", TRUE);
	for (size_t i = 0; i < COUNT_OF(readers); i++)
		vips_operation_block_set(readers[i], FALSE);
	return ERR_OK;
}

void media_end(void) { vips_shutdown(); }

enum err picture_recognize(struct str s, enum picture_type *out_type)
{
	if (str_starts(s, STR("\xFF\xD8\xFF")))
		*out_type = PICTURE_JPEG;
	else if (str_starts(s, STR("\x89PNG\r\n\x1A\n")))
		*out_type = PICTURE_PNG;
	else if (str_starts(s, STR("GIF87a")) || str_starts(s, STR("GIF89a")))
		*out_type = PICTURE_GIF;
	else if (str_starts(s, STR("RIFF")) && str_starts(str_from(s, 8), STR("WEBP")))
		*out_type = PICTURE_WEBP;
	else
		return ERR_INPUT;
	return ERR_OK;
}

const char *picture_mime(enum picture_type type)
{
	switch (type) {
	case PICTURE_JPEG: return "image/jpeg";
	case PICTURE_PNG: return "image/png";
	case PICTURE_WEBP: return "image/webp";
	case PICTURE_GIF: return "image/gif";
	}
	return "application/octet-stream";
}

/* frames -1: all, one below the other. */
static VipsImage *open_as(struct str s, enum picture_type type, int frames, VipsAccess access)
{
	void *p = (void *)(uintptr_t)s.p;
	VipsImage *im = NULL;
	int failed = -1;
	switch (type) {
	case PICTURE_JPEG:
		failed = vips_jpegload_buffer(p, s.n, &im, "access", access, "fail_on", VIPS_FAIL_ON_TRUNCATED, NULL);
		break;
	case PICTURE_PNG:
		failed = vips_pngload_buffer(p, s.n, &im, "access", access, "fail_on", VIPS_FAIL_ON_TRUNCATED, NULL);
		break;
	case PICTURE_WEBP:
		failed = vips_webpload_buffer(p, s.n, &im, "n", frames, "access", access, "fail_on",
					      VIPS_FAIL_ON_TRUNCATED, NULL);
		break;
	case PICTURE_GIF:
		failed = vips_gifload_buffer(p, s.n, &im, "n", frames, "access", access, "fail_on",
					     VIPS_FAIL_ON_TRUNCATED, NULL);
		break;
	}
	return failed ? NULL : im;
}

struct header {
	enum picture_type type;
	uint64_t width, height, frames; /* as stored */
	int orientation;                /* EXIF: 1 is upright, 5 to 8 lie on their side */
	bool whole;                     /* must lie in memory as a whole */
};

static enum err header_read(struct str s, struct header *out)
{
	struct header h = { 0 };
	if (s.n > PICTURE_BYTES_MAX)
		return ERR_LIMIT;
	TRY(picture_recognize(s, &h.type));
	VipsImage *im CLEANUP(image_drop) = open_as(s, h.type, 1, VIPS_ACCESS_SEQUENTIAL);
	if (im == NULL)
		return ERR_INPUT;
	h.width = (uint64_t)vips_image_get_width(im);
	h.height = (uint64_t)vips_image_get_height(im);
	h.frames = (uint64_t)vips_image_get_n_pages(im);
	h.orientation = h.frames > 1 ? 1 : vips_image_get_orientation(im);
	h.whole = h.type == PICTURE_WEBP || h.type == PICTURE_GIF || vips_image_get_typeof(im, "interlaced") != 0;
	uint64_t most = h.whole ? PICTURE_PIXELS_WHOLE_MAX : PICTURE_PIXELS_MAX;
	if (h.frames > PICTURE_FRAMES_MAX || h.width * h.height > most / h.frames)
		return ERR_LIMIT;
	*out = h;
	return ERR_OK;
}

/* Without its profile a picture is taken for sRGB: so it must be. */
static VipsImage *make_srgb(VipsImage *in)
{
	VipsImage *out = NULL;
	bool cmyk = vips_image_get_interpretation(in) == VIPS_INTERPRETATION_CMYK;
	if (vips_image_get_typeof(in, VIPS_META_ICC_NAME) || cmyk) {
		if (vips_icc_transform(in, &out, "srgb", "embedded", TRUE, "input_profile", cmyk ? "cmyk" : "srgb",
				       "depth", 8, NULL) == 0)
			return out;
		vips_error_clear();
	}
	bool grey = vips_image_get_bands(in) < 3;
	return vips_colourspace(in, &out, grey ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB, NULL) ? NULL : out;
}

#define WEBP_HEAD_BYTES 12 /* RIFF, length, WEBP */
#define WEBP_CHUNK_HEAD_BYTES 8
#define WEBP_FLAGS_METADATA 0x2C /* in VP8X: ICC, EXIF, XMP */

/* webpsave (8.14) writes EXIF, XMP and profile even when told to strip; so they are taken out of what it wrote (the
 * WebP container specification: chunks with a little-endian length, padded to an even one). */
static enum err webp_strip(struct buf *b)
{
	size_t to = WEBP_HEAD_BYTES;
	for (size_t at = to; b->n - at >= WEBP_CHUNK_HEAD_BYTES;) {
		const uint8_t *p = (const uint8_t *)b->p + at;
		size_t n = (size_t)p[4] | (size_t)p[5] << 8 | (size_t)p[6] << 16 | (size_t)p[7] << 24;
		n += WEBP_CHUNK_HEAD_BYTES + (n & 1);
		if (n > b->n - at)
			return ERR_INPUT;
		struct str chunk = { b->p + at, n };
		at += n;
		if (str_starts(chunk, STR("EXIF")) || str_starts(chunk, STR("XMP ")) || str_starts(chunk, STR("ICCP")))
			continue;
		if (str_starts(chunk, STR("VP8X")) && n > WEBP_CHUNK_HEAD_BYTES)
			b->p[at - n + WEBP_CHUNK_HEAD_BYTES] &= (char)~WEBP_FLAGS_METADATA;
		memmove(b->p + to, chunk.p, n);
		to += n;
	}
	b->n = to;
	for (int i = 0; i < 4; i++)
		b->p[4 + i] = (char)((to - 8) >> 8 * i);
	return ERR_OK;
}

/* The library writes into a buffer of ours: it has a limit, and nothing stays behind when saving breaks off (its own
 * memory target leaks then, 8.14). */
static gint64 on_write(VipsTargetCustom *target, const void *p, gint64 n, void *arg)
{
	struct buf *b = arg;
	buf_add(b, (struct str){ p, (size_t)n });
	return b->failed ? -1 : n;
}

static void target_drop(VipsTargetCustom **t) { g_clear_object(t); }

/* frames, of what is saved; lossless is for WebP. */
static enum err save_as(VipsImage *im, enum picture_type type, int quality, uint64_t frames, bool lossless,
			struct str *out)
{
	struct buf b CLEANUP(buf_free) = BUF(PICTURE_CLEAN_BYTES_MAX);
	VipsTargetCustom *custom CLEANUP(target_drop) = vips_target_custom_new();
	VipsTarget *to = VIPS_TARGET(custom);
	g_signal_connect(custom, "write", G_CALLBACK(on_write), &b);
	int failed = -1;
	switch (type) {
	case PICTURE_JPEG:
		failed = vips_jpegsave_target(im, to, "Q", quality, "optimize_coding", TRUE, "strip", TRUE, NULL);
		break;
	case PICTURE_PNG:
		failed = vips_pngsave_target(im, to, "compression", 6, "strip", TRUE, NULL);
		break;
	case PICTURE_WEBP:
		failed = vips_webpsave_target(im, to, "Q", quality, "lossless", (gboolean)lossless, "effort",
					      frames > 1 ? WEBP_EFFORT_MOVING : WEBP_EFFORT, "strip", TRUE, NULL);
		break;
	case PICTURE_GIF:
		failed = vips_gifsave_target(im, to, "effort", GIF_EFFORT, "strip", TRUE, NULL);
		break;
	}
	if (failed || b.failed || b.n < WEBP_HEAD_BYTES)
		return b.failed ? ERR_LIMIT : ERR_INPUT;
	if (type == PICTURE_WEBP)
		TRY(webp_strip(&b));
	*out = buf_str(&b);
	b = BUF(0);
	return ERR_OK;
}

static enum err clean_make(struct str s, const struct header *h, struct str *out)
{
	/* turning needs the pixels in any order; else they pass through row by row */
	bool turn = h->orientation > 1;
	VipsImage *in CLEANUP(image_drop) =
		open_as(s, h->type, h->frames > 1 ? -1 : 1, turn ? VIPS_ACCESS_RANDOM : VIPS_ACCESS_SEQUENTIAL);
	if (in == NULL)
		return ERR_INPUT;
	VipsImage *upright CLEANUP(image_drop) = NULL;
	if (turn && vips_autorot(in, &upright, NULL))
		return ERR_INPUT;
	VipsImage *srgb CLEANUP(image_drop) = make_srgb(turn ? upright : in);
	if (srgb == NULL)
		return ERR_INPUT;
	return save_as(srgb, h->type, CLEAN_QUALITY, h->frames, str_starts(str_from(s, 12), STR("VP8L")), out);
}

static enum err thumb_make(struct str s, struct picture *p)
{
	VipsImage *im CLEANUP(image_drop) = NULL;
	if (vips_thumbnail_buffer((void *)(uintptr_t)s.p, s.n, &im, THUMB_SIDE_MAX, "height", THUMB_SIDE_MAX, "size",
				  VIPS_SIZE_DOWN, "export_profile", "srgb", "fail_on", VIPS_FAIL_ON_TRUNCATED, NULL))
		return ERR_INPUT;
	TRY(save_as(im, PICTURE_WEBP, THUMB_QUALITY, 1, false, &p->thumb));
	p->thumb_width = (uint32_t)vips_image_get_width(im);
	p->thumb_height = (uint32_t)vips_image_get_height(im);
	return ERR_OK;
}

static enum err read_all(struct str bytes, struct picture *out_picture)
{
	struct header h;
	TRY(header_read(bytes, &h));
	bool large = h.width * h.height * h.frames > PICTURE_PIXELS_LARGE;
	pthread_mutex_t *turn CLEANUP(turn_end) = large ? &one_large : NULL;
	if (turn)
		pthread_mutex_lock(turn);
	bool side = h.orientation >= 5;
	struct picture p = { .type = h.type,
			     .frames = (uint32_t)h.frames,
			     .width = (uint32_t)(side ? h.height : h.width),
			     .height = (uint32_t)(side ? h.width : h.height) };
	enum err e = thumb_make(bytes, &p);
	if (e == ERR_OK)
		e = clean_make(bytes, &h, &p.clean);
	if (e != ERR_OK) {
		picture_free(&p);
		return e;
	}
	*out_picture = p;
	return ERR_OK;
}

enum err picture_read(struct str bytes, struct picture *out_picture)
{
	enum err e = read_all(bytes, out_picture);
	/* what the library keeps per thread would otherwise stay with each worker */
	vips_error_clear();
	vips_thread_shutdown();
	return e;
}

void picture_free(struct picture *p)
{
	free((void *)(uintptr_t)p->clean.p);
	free((void *)(uintptr_t)p->thumb.p);
	*p = (struct picture){ 0 };
}
