/* Markdown by cmark, which leaves raw HTML and dangerous links out unless told otherwise. */
#include <cmark.h>
#include <stdlib.h>

#include "text/text.h"

/* A lesson or a rule is far below. */
#define MARKDOWN_BYTES_MAX (1u << 20)

enum err markdown_html(struct str source, struct buf *out)
{
	if (source.n > MARKDOWN_BYTES_MAX)
		return ERR_LIMIT;
	char *html = cmark_markdown_to_html(source.p ? source.p : "", source.n, CMARK_OPT_VALIDATE_UTF8);
	if (html == NULL)
		return ERR_MEMORY;
	buf_add(out, str_of(html));
	free(html);
	return buf_end(out);
}
