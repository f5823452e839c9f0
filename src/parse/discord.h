/*
 * discord: what the exports of DiscordChatExporter share; for formats of this room only.
 *
 * Used by: discord_json.c, discord_text.c. Not here: their files.
 */
#ifndef HEARTH_PARSE_DISCORD_H
#define HEARTH_PARSE_DISCORD_H

#include "parse/bridge.h"

/* One id stands for everybody who has deleted his account. */
#define DISCORD_DELETED "456226577798135808"

/* A message as any of the files has it. */
struct discord_said {
	int64_t at_us;
	uint64_t line;
	struct str author_key, author_name;
	struct str id, text;
	bool media;
	bool bot;
	int32_t target;
};

/* Tell it as talk: bridges unfolded, deleted accounts marked. */
enum err discord_tell(struct parse *p, int32_t group, const struct discord_said *said) MUST_USE;

/* The channel by the file's name, as the exporter names it: "Guild - Category - channel [123456789012345678] [part
 * 2].csv". Key: the number, else the name without the part; false: the name says nothing ("1.csv"). */
bool discord_channel_of_name(struct str file_name, struct str *out_key, struct str *out_name);

#endif
