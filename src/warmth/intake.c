/*
 * Intake: see intake.h.
 * Called by: add.c (intake_talk), answer.c (intake_of). Owns: the two flags of a first message, in struct person.
 * Not here: joins as such (add.c).
 */
#include <math.h>

#include "warmth/warmth_private.h"

#define NORMAL_95 1.959963984540054

struct warmth_portion warmth_portion_of(uint64_t of, uint64_t all)
{
	if (all == 0)
		return (struct warmth_portion){ .share = NAN, .low = NAN, .high = NAN };
	double n = (double)all, share = (double)of / n, z = NORMAL_95;
	double middle = (share + z * z / (2 * n)) / (1 + z * z / n);
	double half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n));
	double low = of == 0 || middle < half ? 0 : middle - half;
	double high = of == all || middle + half > 1 ? 1 : middle + half;
	return (struct warmth_portion){ of, all, share, low, high };
}

static bool is_new(const struct person *p, int64_t at_us)
{
	return p->messages > 0 && at_us >= p->first_us && at_us - p->first_us <= WARMTH_INTAKE_ANSWER_US;
}

void intake_talk(struct person *before, struct person *answered, const struct person *speaker, int64_t at_us)
{
	if (answered && answered != speaker && is_new(answered, at_us))
		answered->addressed = true;
	if (before && before != speaker && is_new(before, at_us))
		before->followed = true;
}

struct counting {
	const struct answering *x;
	struct warmth_intake *out;
	int32_t from_day, end_day;
	uint64_t seen, addressed, unanswered, watched[2][3], back[2][3]; /* [14 or 28 days][first_answer] */
};

static void newcomer_count(struct counting *c, const struct member *m)
{
	int32_t day = m->days[0].day;
	if (m->out.collective || day < c->from_day || day >= c->end_day)
		return;
	bool answered = m->answered != FIRST_UNANSWERED;
	size_t step = (size_t)(c->end_day - 1 - day) / WARMTH_INTAKE_STEP_DAYS;
	c->out->newcomers[step]++;
	if (day + 1 < c->end_day) {
		c->seen++;
		c->addressed += m->answered == FIRST_ADDRESSED;
		c->unanswered += !answered;
		c->out->unanswered_newcomers[step] += !answered;
	}
	const int32_t within[2] = { WARMTH_INTAKE_SOON_DAYS, WARMTH_INTAKE_LATER_DAYS };
	for (size_t i = 0; i < 2; i++) {
		if (day + within[i] >= c->end_day)
			continue;
		c->watched[i][m->answered]++;
		c->back[i][m->answered] += m->day_count > 1 && m->days[1].day - day <= within[i];
	}
}

/* A human being's first join stands with the identity that stands for him. */
static enum err joins_of(const struct answering *x, int64_t **out_join)
{
	size_t n = x->w->people_count;
	int64_t *join = arena_take_many(x->a, n + 1, sizeof *join);
	if (join == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++)
		join[i] = NEVER_US;
	for (const struct person *p = x->w->people; p; p = p->next) {
		int64_t *his = &join[x->stand_for[p->index]];
		*his = p->join_us < *his ? p->join_us : *his;
	}
	*out_join = join;
	return ERR_OK;
}

static enum err joiners_of(const struct counting *c, struct warmth_portion *out)
{
	const struct answering *x = c->x;
	const int64_t soon_us = WARMTH_INTAKE_SOON_DAYS * US_PER_DAY;
	int64_t *join, from_us = c->from_day * US_PER_DAY, to_us = c->end_day * US_PER_DAY - soon_us;
	uint64_t all = 0, spoke = 0;
	TRY(joins_of(x, &join));
	for (const struct person *p = x->w->people; p; p = p->next) {
		size_t at = x->member_at[p->index];
		int64_t first_us = at == WARMTH_NO_MEMBER ? NEVER_US : x->members[at].out.first_us;
		if (x->stand_for[p->index] != p->index || join[p->index] < from_us || join[p->index] >= to_us ||
			first_us < join[p->index])
			continue;
		all++;
		spoke += first_us - join[p->index] <= soon_us;
	}
	*out = warmth_portion_of(spoke, all);
	return ERR_OK;
}

/* Of those whose first message got from .. to. */
static struct warmth_portion back_of(
	const struct counting *c, size_t later, enum first_answer from, enum first_answer to)
{
	uint64_t of = 0, all = 0;
	for (enum first_answer i = from; i <= to; i++) {
		of += c->back[later][i];
		all += c->watched[later][i];
	}
	return warmth_portion_of(of, all);
}

enum err intake_of(const struct answering *x, struct warmth_intake *out)
{
	int32_t window = WARMTH_INTAKE_STEPS * WARMTH_INTAKE_STEP_DAYS, from = x->end_day - window,
		early = x->first_day + WARMTH_INTAKE_EARLY_DAYS;
	struct warmth_intake r = { 0 };
	struct counting c = { x, &r, from > early ? from : early, x->end_day, 0 };
	r.from_us = c.from_day * US_PER_DAY;
	r.to_us = c.end_day * US_PER_DAY;
	for (size_t i = 0; i < x->member_count; i++)
		newcomer_count(&c, &x->members[i]);
	r.unanswered = warmth_portion_of(c.unanswered, c.seen);
	r.addressed = warmth_portion_of(c.addressed, c.seen);
	r.back_soon_answered = back_of(&c, 0, FIRST_FOLLOWED, FIRST_ADDRESSED);
	r.back_soon_unanswered = back_of(&c, 0, FIRST_UNANSWERED, FIRST_UNANSWERED);
	r.back_soon_addressed = back_of(&c, 0, FIRST_ADDRESSED, FIRST_ADDRESSED);
	r.back_later_answered = back_of(&c, 1, FIRST_FOLLOWED, FIRST_ADDRESSED);
	r.back_later_unanswered = back_of(&c, 1, FIRST_UNANSWERED, FIRST_UNANSWERED);
	r.back_later_addressed = back_of(&c, 1, FIRST_ADDRESSED, FIRST_ADDRESSED);
	TRY(joiners_of(&c, &r.joiners_spoke));
	*out = r;
	return ERR_OK;
}
