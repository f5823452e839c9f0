/* Other encodings into UTF-8, piece by piece, by ICU. A byte order mark at the beginning is dropped; what is broken and
 * U+0000 become U+FFFD and are counted, so that what comes out is always fit for utf8_ok. */
#include <stdlib.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucnv_err.h>
#include <unicode/utf16.h>

#include "text/text.h"
#include "text/text_private.h"

#define DECODER_NAME_BYTES_MAX 64
#define DECODER_UNITS 4096

struct decoder {
	UConverter *converter;
	uint64_t broken;
	UChar high; /* the first half of a pair whose second half is yet to come, or 0 */
	bool begun;
	UChar units[DECODER_UNITS];
};

/* ICU calls this where a sequence means nothing. */
static void on_broken(const void *context, UConverterToUnicodeArgs *args, const char *bytes, int32_t n,
		      UConverterCallbackReason reason, UErrorCode *e)
{
	if (reason > UCNV_IRREGULAR)
		return;
	struct decoder *d = (struct decoder *)(uintptr_t)context;
	d->broken++;
	*e = U_ZERO_ERROR;
	UChar mended = 0xFFFD;
	ucnv_cbToUWriteUChars(args, &mended, 1, 0, e);
}

enum err decoder_new(const char *encoding, struct decoder **out)
{
	struct str name = str_of(encoding);
	if (name.n == 0 || name.n > DECODER_NAME_BYTES_MAX || !utf8_ok(name))
		return ERR_INPUT;
	struct decoder *d = calloc(1, sizeof *d);
	if (d == NULL)
		return ERR_MEMORY;
	UErrorCode e = U_ZERO_ERROR;
	d->converter = ucnv_open(encoding, &e);
	if (U_FAILURE(e)) {
		free(d);
		return e == U_MEMORY_ALLOCATION_ERROR ? ERR_MEMORY : ERR_INPUT;
	}
	ucnv_setToUCallBack(d->converter, on_broken, d, NULL, NULL, &e);
	if (U_FAILURE(e)) {
		decoder_free(d);
		return ERR_MEMORY;
	}
	*out = d;
	return ERR_OK;
}

void decoder_free(struct decoder *d)
{
	if (d && d->converter)
		ucnv_close(d->converter);
	free(d);
}

static void unit_broken(struct decoder *d, struct buf *out)
{
	d->broken++;
	buf_add(out, MENDED);
}

static void unit_add(struct decoder *d, UChar u, struct buf *out)
{
	UChar high = d->high;
	d->high = 0;
	if (high && U16_IS_TRAIL(u)) {
		utf8_add(out, (uint32_t)U16_GET_SUPPLEMENTARY(high, u));
		return;
	}
	if (high)
		unit_broken(d, out);
	if (U16_IS_LEAD(u))
		d->high = u;
	else if (u == 0 || U16_IS_TRAIL(u))
		unit_broken(d, out);
	else if (d->begun || u != 0xFEFF)
		utf8_add(out, u);
	d->begun = true;
}

enum err decoder_add(struct decoder *d, struct str piece, bool last, struct buf *out)
{
	const char *from = piece.p ? piece.p : "", *end = from + piece.n;
	size_t n_before = out->n;
	UErrorCode e = U_BUFFER_OVERFLOW_ERROR;
	/* each round fills units or ends the piece */
	while (e == U_BUFFER_OVERFLOW_ERROR && !out->failed) {
		UChar *to = d->units;
		e = U_ZERO_ERROR;
		ucnv_toUnicode(d->converter, &to, d->units + DECODER_UNITS, &from, end, NULL, last, &e);
		for (const UChar *u = d->units; u < to; u++)
			unit_add(d, *u, out);
	}
	if (last && d->high && !out->failed) {
		d->high = 0;
		unit_broken(d, out);
	}
	if (out->failed || (U_FAILURE(e) && e != U_BUFFER_OVERFLOW_ERROR)) {
		out->n = n_before;
		return out->failed ? ERR_LIMIT : ERR_INPUT;
	}
	return ERR_OK;
}

uint64_t decoder_broken(const struct decoder *d) { return d->broken; }
