/* QR codes by libqrencode, drawn for a page and for a terminal. */
#include <errno.h>
#include <qrencode.h>

#include "media/media.h"

/* The widest code (177 modules) as half blocks with its colours stays below. */
#define QR_DRAWN_BYTES_MAX (128u << 10)

static void code_drop(QRcode **code) { QRcode_free(*code); }

static enum err code_make(struct str text, QRcode **out)
{
	if (text.n == 0 || memchr(text.p, 0, text.n))
		return ERR_INPUT;
	if (text.n > QR_BYTES_MAX)
		return ERR_LIMIT;
	QRcode *code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
	if (code == NULL)
		return errno == ENOMEM ? ERR_MEMORY : ERR_LIMIT;
	*out = code;
	return ERR_OK;
}

/* x and y count the margin too. */
static bool is_black(const QRcode *code, int x, int y)
{
	x -= QR_MARGIN;
	y -= QR_MARGIN;
	return x >= 0 && y >= 0 && x < code->width && y < code->width && (code->data[y * code->width + x] & 1);
}

/* Appends all of drawn or nothing. */
static enum err hand_over(struct buf *drawn, struct buf *out)
{
	TRY(buf_end(drawn));
	buf_add(out, buf_str(drawn));
	return buf_end(out);
}

enum err media_qr_svg(struct str text, struct buf *out)
{
	QRcode *code CLEANUP(code_drop) = NULL;
	TRY(code_make(text, &code));
	struct buf b CLEANUP(buf_free) = BUF(QR_DRAWN_BYTES_MAX);
	int side = code->width + 2 * QR_MARGIN;
	buf_print(&b,
		  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
		  "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" d=\"",
		  side, side, side, side);
	for (int y = 0; y < side; y++)
		for (int x = 0; x < side;) {
			int from = x;
			while (is_black(code, x, y))
				x++;
			if (x > from)
				buf_print(&b, "M%d %dh%dv1h-%dz", from, y, x - from, x - from);
			else
				x++;
		}
	buf_add(&b, STR("\"/></svg>"));
	return hand_over(&b, out);
}

enum err media_qr_terminal(struct str text, bool colour, struct buf *out)
{
	/* by bits: the upper half is drawn, the lower half is drawn */
	static const char *const cells[] = { " ", "▀", "▄", "█" };
	QRcode *code CLEANUP(code_drop) = NULL;
	TRY(code_make(text, &code));
	struct buf b CLEANUP(buf_free) = BUF(QR_DRAWN_BYTES_MAX);
	int side = code->width + 2 * QR_MARGIN;
	for (int y = 0; y < side; y += 2) {
		if (colour)
			buf_add(&b, STR("\x1B[30;107m"));
		for (int x = 0; x < side; x++) {
			bool upper = is_black(code, x, y), lower = is_black(code, x, y + 1);
			if (!colour) {
				upper = !upper;
				/* the side is odd: below the last row there is nothing to draw */
				lower = !lower && y + 1 < side;
			}
			buf_add(&b, str_of(cells[upper + 2 * lower]));
		}
		buf_add(&b, colour ? STR("\x1B[0m\n") : STR("\n"));
	}
	return hand_over(&b, out);
}
