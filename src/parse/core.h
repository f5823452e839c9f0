/* core: what a reading consists of; for parse.c (one reading) and tables.c (whom and what it has met) only. */
#ifndef HEARTH_PARSE_CORE_H
#define HEARTH_PARSE_CORE_H

#include "parse/source.h"

#define PARSE_REMEMBERED 65536u /* ids of messages whose author is known for replies */

struct parse_person {
	struct buf name;
	uint32_t key_at; /* in person_ids */
	bool bot, self;
};

struct parse_group {
	struct buf key, name;
	unsigned known;
};

struct parse_example {
	uint64_t line;
	struct str file, text;
};

struct parse_memory;

struct parse {
	struct parse_options options;
	char *format_wanted, *self_name; /* the options' texts */
	struct parse_sink sink;
	const struct parse_format *format;
	const struct source *in;         /* the file being read, or NULL */
	struct map *group_ids, *person_ids;
	struct map *aliases; /* of groups in this archive; NULL: none */
	struct parse_group *groups;
	struct parse_person *people;
	size_t groups_room, people_room, people_count; /* person_ids may hold more: two keys of one person */
	struct parse_memory *memory;
	struct arena *examples_text;
	struct parse_example examples[PARSE_SKIPPED_SHOWN];
	size_t shown;
	uint64_t skipped, lines;
	bool asks_zone, asks_date_order, asks_year;
	char why[256];
};

void parse_tables_free(struct parse *p);

#endif
