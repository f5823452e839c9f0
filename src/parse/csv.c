/* Records of quoted fields, one at a time. See csv.h. */
#include "parse/csv.h"
#include "parse/scan.h"

void csv_begin(struct csv *c, struct parse *p, struct source *in, char delimiter)
{
	*c = (struct csv){ .p = p,
		.in = in,
		.delimiter = delimiter,
		.raw = BUF(CSV_RECORD_MAX + PARSE_LINE_MAX + 2),
		.text = BUF(CSV_RECORD_MAX + PARSE_LINE_MAX + CSV_FIELDS_MAX + 2),
		.again = BUF(CSV_RECORD_MAX + PARSE_LINE_MAX + 2) };
}

void csv_end(struct csv *c)
{
	buf_free(&c->raw);
	buf_free(&c->text);
	buf_free(&c->again);
}

/* From the lines kept of a record that turned out not to be one, then from the file. */
static bool next_line(struct csv *c, struct str *out_line, uint64_t *out_number)
{
	if (c->again_at < c->again.n) {
		struct str rest = str_from(buf_str(&c->again), c->again_at), line;
		const char *end = memchr(rest.p, '\n', rest.n);
		line = str_first(rest, end ? (size_t)(end - rest.p) : rest.n);
		c->again_at += line.n + 1;
		c->bytes_again += line.n + 1;
		*out_line = line;
		*out_number = c->again_line++;
		return true;
	}
	if (!source_line(c->in, out_line))
		return false;
	c->bytes += out_line->n + 1;
	*out_number = source_line_number(c->in);
	return true;
}

static void skip_at(struct csv *c, struct str line, uint64_t number)
{
	uint64_t now = source_line_number(c->in);
	source_set_number(c->in, number);
	parse_skip(c->p, c->in, line);
	source_set_number(c->in, now);
}

void csv_skip(struct csv *c) { skip_at(c, c->whole, c->line); }

/* One line of a record into text; quoted says whether the last field is still open. */
static void take_line(struct csv *c, struct str line, bool *quoted)
{
	bool at_start = !*quoted;
	for (size_t i = 0; i < line.n; i++) {
		char ch = line.p[i];
		if (*quoted) {
			if (ch != '"') {
				/* the long part of most files: up to the next quote at once */
				const char *end = memchr(line.p + i, '"', line.n - i);
				size_t n = end ? (size_t)(end - (line.p + i)) : line.n - i;
				buf_add(&c->text, (struct str){ line.p + i, n });
				i += n - 1;
			} else if (i + 1 < line.n && line.p[i + 1] == '"') {
				buf_add_char(&c->text, '"');
				i++;
			} else {
				*quoted = false;
				at_start = false;
				c->torn |= i + 1 < line.n && line.p[i + 1] != c->delimiter && line.p[i + 1] != '\r';
			}
		} else if (ch == c->delimiter) {
			if (c->fields < CSV_FIELDS_MAX)
				c->start[c->fields++] = c->text.n;
			at_start = true;
		} else if (ch == '"' && at_start) {
			*quoted = true;
		} else {
			buf_add_char(&c->text, ch);
			at_start = false;
		}
	}
}

/* The quote was never closed: the first line is not understood, the others are read again as records of their own. */
static enum err give_up(struct csv *c)
{
	struct str all = buf_str(&c->raw), line;
	uint64_t number = c->line;
	bool may = c->bytes_again <= CSV_AGAIN_FREE + CSV_AGAIN_MAX * c->bytes;
	for (bool first = true; str_cut(&all, '\n', &line); first = false, number++) {
		if (!first && may)
			break;
		skip_at(c, line, number);
		if (!may)
			continue;
		/* what was waiting to be read again comes behind what is put back now */
		struct str rest = str_from(buf_str(&c->again), c->again_at);
		struct buf joined = BUF(c->again.limit * 2);
		buf_add(&joined, all);
		if (all.p != NULL)
			buf_add_char(&joined, '\n');
		buf_add(&joined, rest);
		if (joined.failed) {
			buf_free(&joined);
			return ERR_MEMORY;
		}
		buf_free(&c->again);
		c->again = joined;
		c->again.limit = BUF(CSV_RECORD_MAX + PARSE_LINE_MAX + 2).limit;
		c->again_at = 0;
		c->again_line = number + 1;
		break;
	}
	return ERR_OK;
}

static void finish(struct csv *c)
{
	c->start[c->fields] = c->text.n;
	for (size_t i = 0; i < c->fields; i++) {
		size_t from = i ? c->start[i - 1] : 0;
		c->field[i] = (struct str){ c->text.p ? c->text.p + from : NULL, c->start[i] - from };
	}
	c->whole = buf_str(&c->raw);
}

/* A record, or out_whole false when it was none and has been dealt with. */
static enum err read_record(struct csv *c, struct str line, uint64_t number, bool *out_whole)
{
	bool quoted = false;
	buf_clear(&c->raw);
	buf_clear(&c->text);
	c->fields = 0;
	c->torn = false;
	c->line = number;
	for (;;) {
		buf_add(&c->raw, line);
		take_line(c, line, &quoted);
		TRY(buf_end(&c->raw));
		TRY(buf_end(&c->text));
		if (!quoted)
			break;
		if (c->raw.n > CSV_RECORD_MAX || !next_line(c, &line, &number)) {
			TRY(source_error(c->in));
			*out_whole = false;
			return give_up(c);
		}
		buf_add_char(&c->raw, '\n');
		buf_add_char(&c->text, '\n');
	}
	if (c->torn && number != c->line) { /* it was the next record's opening quote that closed this one */
		*out_whole = false;
		return give_up(c);
	}
	if (c->fields < CSV_FIELDS_MAX)
		c->start[c->fields++] = c->text.n;
	finish(c);
	*out_whole = true;
	return ERR_OK;
}

enum err csv_next(struct csv *c, bool *out_more)
{
	struct str line;
	uint64_t number;
	while (next_line(c, &line, &number)) {
		bool whole;
		if (str_trim(line).n == 0)
			continue;
		TRY(read_record(c, line, number, &whole));
		if (whole) {
			*out_more = true;
			return ERR_OK;
		}
	}
	*out_more = false;
	return source_error(c->in);
}

struct str csv_field(const struct csv *c, int index)
{
	return index < 0 || (size_t)index >= c->fields ? (struct str){ NULL, 0 } : c->field[index];
}

int csv_column(const struct csv *header, const char *name)
{
	for (size_t i = 0; i < header->fields; i++)
		if (scan_same(text_trim(header->field[i]), str_of(name)))
			return (int)i;
	return -1;
}

bool csv_head_is(const struct parse_head *head, char delimiter, const char *const names[], size_t count)
{
	struct str text = head->text, line, cell;
	if (!str_cut(&text, '\n', &line))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!str_cut(&line, delimiter, &cell))
			return false;
		cell = text_trim(cell);
		if (cell.n >= 2 && cell.p[0] == '"' && cell.p[cell.n - 1] == '"')
			cell = (struct str){ cell.p + 1, cell.n - 2 };
		if (!scan_same(cell, str_of(names[i])))
			return false;
	}
	return true;
}
