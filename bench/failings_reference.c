/*
 * failings_reference: what the parts of the failings are worth in the archives, where nobody says who the owner is: the most
 * talkative member of the 24 weeks before, of those who still spoke in the looked-at 12, stands in for him. One row per group and half year.
 *
 * usage: failings_reference FILE…   (hearth_tsv, also .zst); a table with a header to standard output
 * Called by: bench/failings-reference. Owns: the groups while it reads. Not here: quantiles.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "parse/parse.h"
#include "warmth/warmth.h"

#define EVERY_DAYS 182
#define GROUPS_MAX 1024
#define MESSAGES_MIN 100u
#define SPEAKERS_MIN 5u
#define ANSWER_BYTES (2ull << 30)

struct looked {
	struct warmth *w;
	int64_t next_us; /* of the next look; 0: not begun */
};
static struct looked groups[GROUPS_MAX];
static struct parse *parse;

static enum err look(struct looked *g, int32_t group)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(ANSWER_BYTES);
	struct warmth_reading r;
	struct warmth_ask ask = { .has_at = true, .at_us = g->next_us, .seed = 1 };
	if (a == NULL)
		return ERR_MEMORY;
	TRY(warmth_answer(g->w, &ask, a, &r));
	if (!r.talked || !r.then.known || r.now.messages < MESSAGES_MIN)
		return ERR_OK;
	size_t first = 0;
	while (first < r.then.count && r.people[r.then.who[first].person].last_us < r.now.from_us)
		first++;
	if (first == r.then.count)
		return ERR_OK;
	int32_t owner = r.people[r.then.who[first].person].person;
	ask.owners = &owner;
	ask.owner_count = 1;
	TRY(warmth_answer(g->w, &ask, a, &r));
	if (r.failings.speakers < SPEAKERS_MIN)
		return ERR_OK;
	struct str name = parse_group_key(parse, (size_t)group);
	char day[21];
	date_print(g->next_us, day);
	printf(STR_FMT "\t%.10s\t%zu\t%.3f", STR_ARG(name), day, r.failings.speakers, r.failings.owner_share);
	for (size_t i = 0; i < WARMTH_PARTS; i++)
		printf("\t%.4f", r.failings.part[i].now);
	for (size_t i = 0; i < WARMTH_FAILINGS; i++)
		printf("\t%d", (int)r.failings.of[i].sign);
	printf("\n");
	return ERR_OK;
}

static enum err event(void *arg, const struct parse_event *e)
{
	if (e->group >= GROUPS_MAX)
		return ERR_LIMIT;
	struct looked *g = &groups[e->group];
	if (g->w == NULL && (g->w = warmth_new()) == NULL)
		return ERR_MEMORY;
	bool talk = e->kind == PARSE_TEXT || e->kind == PARSE_MEDIA || e->kind == PARSE_ACT;
	struct warmth_event w = { .at_us = e->at_us, .person = e->author, .target = e->target, .ref = (int64_t)e->line };
	w.kind = talk ? WARMTH_TALK : e->kind == PARSE_JOIN ? WARMTH_JOIN : e->kind == PARSE_RENAME ? WARMTH_RENAME :
		e->kind == PARSE_REMOVED || e->kind == PARSE_LEAVE ? WARMTH_LEAVE : WARMTH_OTHER;
	w.flags = (e->flags & PARSE_BOT ? WARMTH_BOT : 0) | (e->flags & PARSE_DELETED ? WARMTH_COLLECTIVE : 0) |
		(e->kind == PARSE_REMOVED ? WARMTH_REMOVED : 0);
	if (talk && e->author == PARSE_NOBODY)
		w.kind = WARMTH_OTHER;
	if (talk && g->next_us == 0)
		g->next_us = (e->at_us / US_PER_DAY + 2 * EVERY_DAYS) * US_PER_DAY;
	for (; g->next_us != 0 && e->at_us >= g->next_us; g->next_us += EVERY_DAYS * US_PER_DAY)
		TRY(look(g, e->group));
	return warmth_add(g->w, &w);
}

int main(int argc, char **argv)
{
	static const char *const parts[WARMTH_PARTS] = { "weeks_missed", "unwelcomed", "selling", "last_word", "hushed",
		"removed", "takes", "opens", "unheard", "unlike", "camps" };
	const struct parse_options options = { .format = "auto" };
	const struct parse_sink sink = { .event = event };
	parse = parse_new(&options, &sink);
	if (parse == NULL)
		return 1;
	printf("group\tat\tspeakers\towner_share");
	for (size_t i = 0; i < WARMTH_PARTS; i++)
		printf("\t%s", parts[i]);
	printf("\tsign_persistence\tsign_self\tsign_ego\tsign_giving\tsign_activities\tsign_crowd\n");
	for (int i = 1; i < argc; i++) {
		enum err err = parse_file(parse, argv[i]);
		if (err != ERR_OK) {
			fprintf(stderr, "%s: %s: %s\n", argv[i], err_name(err), parse_why(parse));
			return 1;
		}
	}
	for (size_t i = 0; i < GROUPS_MAX; i++)
		warmth_free(groups[i].w);
	parse_free(parse);
	return 0;
}
