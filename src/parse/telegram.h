/* telegram: between telegram.c (chats and people) and telegram_message.c (one message) only. */
#ifndef HEARTH_PARSE_TELEGRAM_H
#define HEARTH_PARSE_TELEGRAM_H

#include "parse/json_file.h"

struct telegram {
	struct parse *parse;
	struct source *in;
	struct map *names;  /* name -> person who has or had it */
	struct map *topics; /* "group id" of the messages that opened a topic */
	struct buf chat_name, chat_type, chat_id, chat_key, self;
	struct buf id, text; /* scratch */
	uint8_t guess[16];   /* which key stood where in the last messages */
	int32_t group;       /* of the chat being read, or PARSE_NOBODY before its first message */
};

/* An id as it is written today; may point into t, until the next call. */
struct str telegram_id(struct telegram *t, struct str id);
/* Who has this id and name now. */
enum err telegram_person(struct telegram *t, struct str id, struct str name, int32_t *out_person) MUST_USE;
/* Who has this name; an empty one is a deleted account. */
enum err telegram_named(struct telegram *t, struct str name, int32_t *out_person) MUST_USE;
/* The group of the chat being read. */
enum err telegram_group(struct telegram *t, int32_t *out_group) MUST_USE;

enum err telegram_message(struct telegram *t, const struct parse_node *message) MUST_USE;

#endif
