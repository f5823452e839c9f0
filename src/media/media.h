/*
 * media: pictures and QR codes.
 *
 * Promises: whatever bytes come, what goes out is a clean JPEG, PNG, WebP or GIF without metadata, made anew from the
 * pixels, upright and in sRGB, and a small picture of it; memory and time are held by limits that are checked on the
 * header, before anything is unpacked.
 * Used by: chat and its entries (pictures, in .prepare), invitations and devices (QR), main (the first link). Owns:
 * libvips and libqrencode, which nobody above sees.
 * Not here: uploading (net), where pictures are kept and who may see them (chat).
 */
#ifndef HEARTH_MEDIA_H
#define HEARTH_MEDIA_H

#include "base/base.h"

/* Once, before any thread is started. ERR_IO: the library does not start. */
enum err media_init(void) MUST_USE;
void media_end(void);

/* ---- pictures ---- */

#define PICTURE_BYTES_MAX (20u << 20)          /* as uploaded */
#define PICTURE_CLEAN_BYTES_MAX (40u << 20)    /* as made anew; coarse JPEGs grow */
#define PICTURE_PIXELS_MAX 100000000u          /* what can be unpacked row by row */
/* what must lie in memory whole: progressive, interlaced, WebP, GIF; all its frames */
#define PICTURE_PIXELS_WHOLE_MAX 40000000u
#define PICTURE_PIXELS_LARGE 16000000u         /* above this one at a time in the whole process */
#define PICTURE_FRAMES_MAX 500u
#define THUMB_SIDE_MAX 720                     /* pixels */
#define THUMB_MIME "image/webp"

enum picture_type { PICTURE_JPEG, PICTURE_PNG, PICTURE_WEBP, PICTURE_GIF };

struct picture {
	enum picture_type type;              /* of what came and of clean */
	uint32_t width, height;              /* upright */
	uint32_t frames;                     /* 1, or more when it moves */
	uint32_t thumb_width, thumb_height;
	struct str clean;                    /* the file to keep */
	struct str thumb;                    /* WebP, of the first frame */
};

/* What the bytes say they are by their beginning, whatever a name or header says; ERR_INPUT: none of the four. */
enum err picture_recognize(struct str bytes, enum picture_type *out_type) MUST_USE;
/* "image/jpeg" … */
const char *picture_mime(enum picture_type type);
/* Slow (tenths of a second, up to some for the largest); any thread. ERR_INPUT: none of the four formats, cut short or
 * broken. ERR_LIMIT: more bytes, pixels or frames than above. What out_picture holds is given back by picture_free. */
enum err picture_read(struct str bytes, struct picture *out_picture) MUST_USE;
void picture_free(struct picture *p); /* fit for CLEANUP when begun as { 0 } */

/* ---- QR codes ---- */

#define QR_BYTES_MAX 1024
#define QR_MARGIN 4 /* modules, as ISO/IEC 18004 wants */

/* text is not empty and holds no U+0000, else ERR_INPUT; ERR_LIMIT: too long, or out is full. Error correction M.
 * Black on white in every theme, one path, a viewBox in modules: its size is the page's. */
enum err media_qr_svg(struct str text, struct buf *out) MUST_USE;
/* Two modules per character cell, lines ended by LF. colour: says black on white by itself (a terminal); otherwise
 * white is drawn, for the dark screens most terminals are. */
enum err media_qr_terminal(struct str text, bool colour, struct buf *out) MUST_USE;

#endif
