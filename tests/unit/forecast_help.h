/* What the tests of the forecast share: groups made from a seed, and how to ask. */
#ifndef HEARTH_TESTS_FORECAST_HELP_H
#define HEARTH_TESTS_FORECAST_HELP_H

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "warmth/forecast.h"
#include "warmth/warmth.h"

#define DAY0 18262 /* 2020-01-01 */
#define ANSWER_BYTES (64u << 20)

static uint64_t chance;

static double unit(void)
{
	chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(chance >> 11) + .5) / 9007199254740992.0;
}

/* Knuth's; for small means. */
static unsigned poisson(double mean)
{
	double left = exp(-mean);
	unsigned n = 0;
	for (double product = unit(); product > left && n < 1000; product *= unit())
		n++;
	return n;
}

static void say(struct warmth *w, int32_t day, double hour, int32_t person, unsigned flags)
{
	struct warmth_event e = { .at_us = day * US_PER_DAY + (int64_t)(hour * 3600 * 1e6),
		.person = person,
		.target = WARMTH_NOBODY,
		.kind = WARMTH_TALK,
		.flags = flags };
	assert_int_equal(warmth_add(w, &e), ERR_OK);
}

static struct warmth_forecast forecast(const struct warmth *w, int32_t end_day, struct arena *a)
{
	struct warmth_forecast f;
	struct warmth_forecast_ask ask = { .end_day = end_day, .step_days = WARMTH_FORECAST_STEP_DAYS };
	assert_int_equal(warmth_forecast_of(w, &ask, a, &f), ERR_OK);
	return f;
}

static struct arena *arena_or_die(void)
{
	struct arena *a = arena_new(ANSWER_BYTES);
	assert_non_null(a);
	return a;
}

static struct warmth *group_or_die(void)
{
	struct warmth *w = warmth_new();
	assert_non_null(w);
	return w;
}

static void assert_silent(const struct warmth_chance *c, enum warmth_forecast_why why)
{
	assert_int_equal(c->why, why);
	assert_true(isnan(c->p) && isnan(c->low) && isnan(c->high));
	assert_int_equal(c->came, WARMTH_CAME_UNKNOWN);
}

#define GROUP_DAYS 900

/* So many messages a day; from fade_day on the level shrinks by the factor a day. */
struct made {
	double per_day, fade;
	int32_t fade_day, days, people;
	bool gusts; /* all or nothing, by weeks, from fade_day on */
};

/* The nth of them n times as seldom as the first. */
static int32_t somebody(int32_t people)
{
	double sum = 0, at;
	for (int32_t p = 0; p < people; p++)
		sum += 1. / (p + 1);
	at = unit() * sum;
	int32_t p = 0;
	while (p < people - 1 && (at -= 1. / (p + 1)) > 0)
		p++;
	return p;
}

static void make(struct warmth *w, const struct made *m, int32_t until_day, uint64_t future_seed)
{
	double level = 1;
	bool gust = true;
	for (int32_t d = 0; d < m->days; d++) {
		if (d == until_day)
			chance = future_seed;
		level *= d >= m->fade_day ? m->fade : 1;
		if (m->gusts && d >= m->fade_day && d % 7 == 0)
			gust = unit() < .2;
		unsigned n = poisson(m->per_day * level * (gust ? 1 : .02));
		for (unsigned i = 0; i < n; i++)
			say(w, DAY0 + d, 24 * (i + unit()) / n, somebody(m->people), 0);
	}
}

#endif
