/* wechat_chatlog: between wechat_chatlog.c (JSON, CSV) and wechat_chatlog_text.c only. */
#ifndef HEARTH_PARSE_WECHAT_CHATLOG_H
#define HEARTH_PARSE_WECHAT_CHATLOG_H

#include "parse/wechat.h"

#define CHATLOG_SYSTEM "系统消息" /* the sender of the system's lines */

/* Who says it: an id, "我" or the system; and his name, which may be empty. Sets self, sender, name and type. */
void chatlog_read_person(const struct wechat *w, struct str sender, struct str name, struct wechat_said *out_said);
/* What a message is by its text: marks for what was sent, "> " before what is quoted. Sets text, type (but for the
 * system's), subtype and answers_who. */
void chatlog_read_content(struct str content, struct wechat_said *io_said);

#endif
