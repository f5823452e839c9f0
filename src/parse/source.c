/*
 * Source: a file of an export as clean UTF-8, in lines or in pieces.
 *
 * Promises: memory is bounded by PARSE_LINE_MAX whatever the file holds; lines and pieces are well-formed UTF-8 without
 * U+0000; a line that is too long is counted and passed over. Used by: parse.c opens, formats pull.
 * Owns: a window on the decoded file, its head. Not here: archives (unpack.c), which encoding it is (encoding.c).
 */
#include <stdlib.h>

#include "parse/source.h"

#define MEND_BYTES (64u << 10) /* mended in one piece */
#define WINDOW_MAX (PARSE_LINE_MAX + 4 * PARSE_CHUNK)

struct source {
	struct parse *parse;
	struct unpack *unpack;
	struct decoder *decoder; /* NULL: the file is UTF-8, more or less */
	struct buf raw;          /* undecoded, when there is a decoder */
	struct buf window;       /* decoded and not yet given; what stands before at was given */
	size_t at;
	size_t clean_to;         /* the window is well-formed from at up to here */
	bool end;                /* nothing follows the window */
	enum err error;
	uint64_t number;
	uint64_t told;           /* bytes when progress was told last */
	struct buf mended;
	struct buf head_text;
	struct parse_head head;
};

void source_free(struct source *in)
{
	if (in == NULL)
		return;
	unpack_free(in->unpack);
	decoder_free(in->decoder);
	buf_free(&in->raw);
	buf_free(&in->window);
	buf_free(&in->mended);
	buf_free(&in->head_text);
	free(in);
}

void source_drop(struct source **in) { source_free(*in); }

size_t source_members(const struct source *in) { return unpack_members(in->unpack); }
uint64_t source_line_number(const struct source *in) { return in->number; }
void source_set_number(struct source *in, uint64_t number) { in->number = number; }
enum err source_error(const struct source *in) { return in->error; }
const struct parse_head *source_head(const struct source *in) { return &in->head; }

/* Look at the window from clean_to on, where a sequence begins. */
static void find_clean(struct source *in)
{
	in->clean_to += encoding_clean(str_from(buf_str(&in->window), in->clean_to));
}

static enum err fill_decoded(struct source *in)
{
	buf_clear(&in->raw);
	char *to = buf_reserve(&in->raw, PARSE_CHUNK / 4);
	if (to == NULL)
		return ERR_MEMORY;
	TRY(unpack_read(in->unpack, to, PARSE_CHUNK / 4, &in->raw.n));
	in->end = in->raw.n == 0;
	return decoder_add(in->decoder, buf_str(&in->raw), in->end, &in->window);
}

static enum err fill_plain(struct source *in)
{
	char *to = buf_reserve(&in->window, PARSE_CHUNK);
	if (to == NULL)
		return ERR_MEMORY;
	size_t n = 0;
	TRY(unpack_read(in->unpack, to, PARSE_CHUNK, &n));
	in->window.n += n;
	in->end = n == 0;
	return ERR_OK;
}

/* Read on: what was given is forgotten, at least a byte is added or the end is seen. */
static enum err fill(struct source *in)
{
	buf_shift(&in->window, in->at);
	in->clean_to -= in->at < in->clean_to ? in->at : in->clean_to;
	in->at = 0;
	size_t was = in->window.n;
	while (in->window.n == was && !in->end)
		TRY(in->decoder != NULL ? fill_decoded(in) : fill_plain(in));
	find_clean(in);
	uint64_t done = unpack_done(in->unpack);
	if (done >= in->told + PARSE_TELL_BYTES) {
		in->told = done;
		if (!parse_progress(in->parse, done, unpack_all(in->unpack)))
			return ERR_CLOSED;
	}
	return ERR_OK;
}

/* A line beyond the limit: forget it piece by piece. The first bytes are shown. */
static enum err pass_over(struct source *in)
{
	char shown[200];
	size_t n = in->window.n - in->at < sizeof shown ? in->window.n - in->at : sizeof shown;
	memcpy(shown, in->window.p + in->at, n);
	for (;;) {
		const char *from = in->window.p + in->at, *lf = memchr(from, '\n', in->window.n - in->at);
		if (lf != NULL) {
			in->at += (size_t)(lf - from) + 1;
			break;
		}
		/* Nobody will look at these bytes: keep them from being checked again and again. */
		in->at = in->clean_to = in->window.n;
		if (in->end)
			break;
		TRY(fill(in));
	}
	in->clean_to = in->at;
	find_clean(in);
	parse_skip(in->parse, in, (struct str){ shown, n });
	return ERR_OK;
}

/* The line in the window that begins at in->at and has n bytes, made clean. */
static enum err give_line(struct source *in, size_t n, struct str *out_line)
{
	struct str line = { in->window.p + in->at, n };
	bool clean = in->at + n <= in->clean_to;
	in->at += n;
	if (in->at < in->window.n)
		in->at++; /* the LF */
	if (!clean) {
		buf_clear(&in->mended);
		encoding_mend(line, &in->mended);
		if (in->mended.failed)
			return ERR_MEMORY;
		line = buf_str(&in->mended);
		in->clean_to = in->at;
		find_clean(in);
	}
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	*out_line = line;
	return ERR_OK;
}

bool source_line(struct source *in, struct str *out_line)
{
	size_t looked = 0;
	while (in->error == ERR_OK) {
		size_t left = in->window.n - in->at;
		const char *from = in->window.p + in->at;
		const char *lf = left > looked ? memchr(from + looked, '\n', left - looked) : NULL;
		if (lf == NULL && left <= PARSE_LINE_MAX && !in->end) {
			looked = left;
			in->error = fill(in);
			continue;
		}
		if (lf == NULL && left == 0)
			return false;
		in->number++;
		size_t n = lf != NULL ? (size_t)(lf - from) : left;
		if (n <= PARSE_LINE_MAX) {
			in->error = give_line(in, n, out_line);
			return in->error == ERR_OK;
		}
		in->error = pass_over(in);
		looked = 0;
	}
	return false;
}

/* A broken byte stands here: a mark for it, and as much as there may be more of them, up to a whole sequence's end. */
static enum err give_mended(struct source *in, struct str *out_piece)
{
	size_t end = in->window.n - in->at < MEND_BYTES ? in->window.n : in->at + MEND_BYTES;
	buf_clear(&in->mended);
	do {
		buf_add(&in->mended, STR("\xef\xbf\xbd"));
		in->clean_to = ++in->at;
		struct str rest = str_first(str_from(buf_str(&in->window), in->at), end > in->at ? end - in->at : 0);
		size_t good = encoding_clean(rest);
		buf_add(&in->mended, str_first(rest, good));
		in->at += good;
		in->clean_to = in->at;
	} while (in->at + 4 < end);
	find_clean(in);
	if (in->mended.failed)
		return ERR_MEMORY;
	*out_piece = buf_str(&in->mended);
	return ERR_OK;
}

enum err source_bytes(struct source *in, struct str *out_piece)
{
	TRY(in->error);
	for (;;) {
		struct str rest = str_from(buf_str(&in->window), in->at);
		if (in->clean_to > in->at) {
			*out_piece = str_first(rest, in->clean_to - in->at);
			in->at = in->clean_to;
			return ERR_OK;
		}
		if (rest.n == 0 && in->end) {
			*out_piece = (struct str){ NULL, 0 };
			return ERR_OK;
		}
		if (rest.n == 0 || (!in->end && encoding_is_cut(rest))) {
			in->error = fill(in);
			TRY(in->error);
			continue;
		}
		return give_mended(in, out_piece);
	}
}

/* What sniffing sees: the beginning of the window, mended. */
static enum err make_head(struct source *in)
{
	struct str text = str_first(buf_str(&in->window), PARSE_HEAD_BYTES);
	bool whole = in->end && in->window.n <= PARSE_HEAD_BYTES;
	if (!whole) {
		size_t back = 0;
		while (back < 3 && back < text.n && ((unsigned char)text.p[text.n - 1 - back] & 0xc0) == 0x80)
			back++;
		if (back < text.n && encoding_is_cut(str_from(text, text.n - 1 - back)))
			text.n -= back + 1;
	}
	encoding_mend(text, &in->head_text);
	if (in->head_text.failed)
		return ERR_MEMORY;
	in->head = (struct parse_head){
		.text = buf_str(&in->head_text), .file_name = unpack_name(in->unpack),
		.folder = unpack_folder(in->unpack), .folders = unpack_folders(in->unpack),
		.archive = unpack_archive(in->unpack), .whole = whole
	};
	return ERR_OK;
}

static enum err begin(struct source *in)
{
	while (in->window.n < PARSE_HEAD_BYTES && !in->end)
		TRY(fill_plain(in));
	size_t skip = 0;
	const char *encoding = encoding_guess(str_first(buf_str(&in->window), PARSE_HEAD_BYTES),
		in->end && in->window.n <= PARSE_HEAD_BYTES, &skip);
	buf_shift(&in->window, skip);
	if (encoding != NULL) {
		TRY(decoder_new(encoding, &in->decoder));
		struct buf begun CLEANUP(buf_free) = in->window;
		in->window = BUF(WINDOW_MAX);
		TRY(decoder_add(in->decoder, buf_str(&begun), in->end, &in->window));
	}
	find_clean(in);
	return make_head(in);
}

enum err source_open(struct parse *p, const char *path, struct source **out)
{
	struct source *in CLEANUP(source_drop) = calloc(1, sizeof *in);
	if (in == NULL)
		return ERR_MEMORY;
	in->parse = p;
	in->raw = BUF(PARSE_CHUNK);
	in->window = BUF(WINDOW_MAX);
	in->mended = BUF(4 * (size_t)PARSE_LINE_MAX);
	in->head_text = BUF(4 * (size_t)PARSE_HEAD_BYTES);
	TRY(unpack_open(p, path, &in->unpack));
	TRY(begin(in));
	*out = in;
	in = NULL;
	return ERR_OK;
}

enum err source_next(struct source *in, bool *out_more)
{
	struct buf *read[] = { &in->raw, &in->window, &in->mended, &in->head_text };
	bool more;
	TRY(unpack_next(in->unpack, &more));
	if (more) {
		decoder_free(in->decoder);
		in->decoder = NULL;
		for (size_t i = 0; i < COUNT_OF(read); i++)
			buf_clear(read[i]);
		in->at = in->clean_to = 0;
		in->number = 0;
		in->end = false;
		in->error = ERR_OK;
		TRY(begin(in));
	}
	*out_more = more;
	return ERR_OK;
}
