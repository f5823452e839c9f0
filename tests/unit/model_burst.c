/*
 * Hawkes on simulated talk whose truth is known, against the likelihood's definition, and on a public archive's channel
 * whose published fit it must reproduce.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include "model/burst.h"

#define SEED 11
#define EVENTS_MAX 40000
#define BYTES (64u << 20)

static gsl_rng *rng;
static double times[EVENTS_MAX];

static int setup(void **state)
{
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	return rng == NULL;
}

static int teardown(void **state)
{
	gsl_rng_free(rng);
	return 0;
}

static int earlier(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* As a family tree (Hawkes and Oakes 1974): immigrants by the base, children after exponential waits. */
static size_t simulate(double rate, const double *base, double branching, double decay, double hours)
{
	size_t n = 0;
	double wait = 1 / (3 * rate);
	for (double t = gsl_ran_exponential(rng, wait); t < hours; t += gsl_ran_exponential(rng, wait))
		if (gsl_rng_uniform(rng) < (base ? base[(size_t)t % 168] : 1) / 3 && n < EVENTS_MAX)
			times[n++] = t;
	for (size_t i = 0; i < n; i++)
		for (unsigned k = gsl_ran_poisson(rng, branching); k > 0; k--) {
			double t = times[i] + gsl_ran_exponential(rng, 1 / decay);
			if (t < hours && n < EVENTS_MAX)
				times[n++] = t;
		}
	qsort(times, n, sizeof *times, earlier);
	assert_true(n < EVENTS_MAX);
	return n;
}

static void week_base(double *base)
{
	for (size_t h = 0; h < 168; h++)
		base[h] = h % 24 < 8 ? .1 : h / 24 < 5 ? 1.6 : 1.1;
}

/* ---- the truth found again ---- */

static void expect_truth(const double *base, double branching, double decay)
{
	enum { ROUNDS = 60, HOURS = 4000 };
	size_t branching_in = 0, decay_in = 0;
	double mean = 0;
	for (size_t i = 0; i < ROUNDS; i++) {
		struct model_burst_window w = { times, simulate(.4, base, branching, decay, HOURS), 0, HOURS };
		struct model_burst_ask ask = { &w, 1, base };
		struct model_burst_fit f;
		assert_int_equal(model_burst_fit(&ask, &f), ERR_OK);
		branching_in += f.branching_low < branching && branching < f.branching_high;
		decay_in += f.decay_low < decay && decay < f.decay_high;
		mean += f.branching / ROUNDS;
		assert_true(f.log_likelihood > f.poisson_log_likelihood);
	}
	print_message("# branching %.2f: mean %.3f, interval holds it %zu of %d times; decay %zu\n", branching, mean,
		branching_in, ROUNDS, decay_in);
	assert_true(fabs(mean - branching) < .03);
	assert_true(branching_in >= 52 && decay_in >= 52); /* 57 expected */
}

static void test_truth(void **state)
{
	double base[168];
	week_base(base);
	gsl_rng_set(rng, SEED);
	expect_truth(NULL, .65, 4);
	expect_truth(NULL, .3, .5);
	expect_truth(base, .65, 4);
}

/* Talk that calls forth nothing: little branching, and no gain worth speaking of (5 % point of chi square, 2 df: 6). */
static void test_null(void **state)
{
	size_t gains = 0;
	double most = 0;
	gsl_rng_set(rng, SEED);
	for (size_t i = 0; i < 60; i++) {
		struct model_burst_window w = { times, simulate(.4, NULL, 0, 1, 4000), 0, 4000 };
		struct model_burst_ask ask = { &w, 1, NULL };
		struct model_burst_fit f;
		assert_int_equal(model_burst_fit(&ask, &f), ERR_OK);
		gains += 2 * (f.log_likelihood - f.poisson_log_likelihood) > 6;
		most = f.decay > .05 && f.branching > most ? f.branching : most;
	}
	print_message("# nothing called forth: %zu of 60 gains, largest branching %.3f\n", gains, most);
	assert_true(gains <= 8 && most < .2);
}

/* A weekly rhythm looks like bursts until its base rate is given. */
static void test_rhythm(void **state)
{
	double base[168];
	struct model_burst_fit blind, seeing;
	week_base(base);
	gsl_rng_set(rng, SEED);
	struct model_burst_window w = { times, simulate(.6, base, 0, 1, 6000), 0, 6000 };
	struct model_burst_ask ask = { &w, 1, NULL };
	assert_int_equal(model_burst_fit(&ask, &blind), ERR_OK);
	ask.base = base;
	assert_int_equal(model_burst_fit(&ask, &seeing), ERR_OK);
	print_message("# rhythm: branching %.2f blind, %.2f seeing\n", blind.branching, seeing.branching);
	assert_true(blind.branching > .3);
	assert_true(seeing.branching < .15 || 2 * (seeing.log_likelihood - seeing.poisson_log_likelihood) < 6);
}

/* ---- the definition ---- */

static void test_definition(void **state)
{
	double base[168], sum = 0, wanted = 0;
	week_base(base);
	gsl_rng_set(rng, SEED);
	size_t n = simulate(.5, base, .5, 2, 500);
	times[10] = times[9]; /* a tie */
	struct model_burst_window w = { times, n, 0, 500 };
	struct model_burst_ask ask = { &w, 1, base };
	struct model_burst_fit f = { .rate = .45, .branching = .4, .decay = 1.7 };
	for (size_t i = 0; i < n; i++) {
		double rate = .45 * base[(size_t)times[i] % 168];
		for (size_t k = 0; k < i; k++)
			rate += .4 * 1.7 * exp(-1.7 * (times[i] - times[k]));
		wanted += log(rate) - .4 * (1 - exp(-1.7 * (500 - times[i])));
	}
	for (size_t h = 0; h < 500; h++)
		wanted -= .45 * base[h % 168];
	assert_int_equal(model_burst_likelihood(&ask, &f, &sum), ERR_OK);
	assert_true(fabs(sum - wanted) < 1e-6);
	struct model_burst_window parts[2] = { w, { times, n, 0, 500 } };
	ask = (struct model_burst_ask){ parts, 2, base };
	assert_int_equal(model_burst_likelihood(&ask, &f, &sum), ERR_OK);
	assert_true(fabs(sum - 2 * wanted) < 1e-6);
}

/* ---- bursts ---- */

static void test_bursts(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	const double talk[] = { 5, 50, 50.01, 50.02, 50.02, 50.05, 90, 99.99, 99.995, 100 };
	struct model_burst_window w = { talk, COUNT_OF(talk), 0, 100 };
	struct model_burst_ask ask = { &w, 1, NULL };
	struct model_burst_fit f = { .rate = .5, .branching = .6, .decay = 4 };
	struct model_bursts b;
	/* One event excites to 2.4 = 4.8 times the base, two together to 9.6. */
	assert_int_equal(model_burst_list(&ask, &f, 6, a, &b), ERR_OK);
	assert_int_equal(b.count, 2);
	assert_true(b.list[0].from == 50.01 && b.list[0].events == 4);
	double five = 0;
	for (size_t i = 1; i <= 5; i++)
		five += 2.4 * exp(-4 * (50.05 - talk[i]));
	assert_true(fabs(b.list[0].to - (50.05 + log(five / 3) / 4)) < 1e-9);
	assert_true(b.list[1].from == 99.995 && b.list[1].to == 100 && b.list[1].events == 2);
	assert_int_equal(model_burst_list(&ask, &f, 1e6, a, &b), ERR_OK);
	assert_int_equal(b.count, 0);
	double base[168];
	for (size_t h = 0; h < 168; h++)
		base[h] = h == 50 ? 1e-3 : 1;
	ask.base = base; /* the burst ends with the quiet hour */
	assert_int_equal(model_burst_list(&ask, &f, 6, a, &b), ERR_OK);
	assert_true(b.list[0].from == 50 && b.list[0].to == 51);
}

/* ---- the archive ---- */

/* The latest wanted messages by people of one channel, in hours since a Monday; 0 where the archive is not there. */
static size_t archive(const char *channel, size_t wanted)
{
	const char *shared = getenv("HEARTH_SHARED");
	char command[512], line[256], group[128], kind[16], flags[16];
	static double all[EVENTS_MAX];
	long long ts;
	size_t n = 0;
	if (shared == NULL)
		return 0;
	snprintf(command, sizeof command, "zstd -dcq --long=27 '%s/data/sets/lean.tsv.zst' 2>/dev/null", shared);
	FILE *f = popen(command, "r");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "%lld\t%127[^\t]\t%*[^\t]\t%15[^\t]\t%*[^\t]\t%*[^\t]\t%15[^\t]", &ts, group, kind,
			    flags) == 4 &&
			strcmp(group, channel) == 0 && strchr(flags, 'b') == NULL && n < EVENTS_MAX)
			all[n++] = (double)ts / 3600 + 72;
	if (f)
		pclose(f);
	if (n < wanted)
		return 0;
	memcpy(times, all + n - wanted, wanted * sizeof *times);
	return wanted;
}

static void test_archive(void **state)
{
	struct model_burst_fit f;
	double base[168] = { 0 };
	size_t n = archive("Machine-Learning-for-Theorem-Proving", 5364);
	if (n == 0) {
		print_message("# the Lean archive is not there\n");
		skip();
	}
	struct model_burst_window w = { times, n, times[0], times[n - 1] };
	struct model_burst_ask ask = { &w, 1, NULL };
	assert_int_equal(model_burst_fit(&ask, &f), ERR_OK);
	print_message("# constant: branching %.3f [%.3f, %.3f], decay %.2f, LL %.1f, Poisson %.1f\n", f.branching,
		f.branching_low, f.branching_high, f.decay, f.log_likelihood, f.poisson_log_likelihood);
	assert_true(fabs(f.branching - .65) < .03 && fabs(f.decay - 4) < .5);
	assert_true(fabs(f.log_likelihood + 5172) < 3 && fabs(f.poisson_log_likelihood + 11691) < 2);
	for (size_t i = 0; i < n; i++)
		base[(size_t)times[i] % 168] += 168. / (double)n;
	for (size_t h = 0; h < 168; h++)
		base[h] = (base[h] + .1) / 1.1;
	ask.base = base;
	assert_int_equal(model_burst_fit(&ask, &f), ERR_OK);
	print_message("# hour of week: branching %.3f, decay %.2f, LL %.1f, Poisson %.1f\n", f.branching, f.decay,
		f.log_likelihood, f.poisson_log_likelihood);
	assert_true(fabs(f.log_likelihood + 5116) < 2 && fabs(f.poisson_log_likelihood + 10987) < 2);
}

/* ---- refusals ---- */

static void test_refusals(void **state)
{
	static double many[60];
	double base[168] = { 0 };
	for (size_t i = 0; i < 60; i++)
		many[i] = (double)i;
	struct model_burst_window w = { many, 60, 0, 60 };
	struct model_burst_ask ask = { &w, 1, NULL };
	struct model_burst_fit f = { .rate = 77 };
	w.n = MODEL_BURST_EVENTS_MIN - 1;
	assert_int_equal(model_burst_fit(&ask, &f), ERR_INPUT);
	w.n = 60;
	w.to = 58;
	assert_int_equal(model_burst_fit(&ask, &f), ERR_INPUT);
	w.to = 60;
	many[5] = 99;
	assert_int_equal(model_burst_fit(&ask, &f), ERR_INPUT);
	many[5] = NAN;
	assert_int_equal(model_burst_fit(&ask, &f), ERR_INPUT);
	many[5] = 5;
	ask.base = base;
	assert_int_equal(model_burst_fit(&ask, &f), ERR_INPUT);
	ask.base = NULL;
	w.n = MODEL_BURST_EVENTS_MAX + 1u;
	assert_int_equal(model_burst_fit(&ask, &f), ERR_LIMIT);
	w.n = 60;
	ask.count = MODEL_BURST_WINDOWS_MAX + 1;
	assert_int_equal(model_burst_fit(&ask, &f), ERR_LIMIT);
	assert_true(f.rate == 77);
	ask.count = 1; /* as even as a clock: no burst, and an answer all the same */
	assert_int_equal(model_burst_fit(&ask, &f), ERR_OK);
	assert_true(isfinite(f.log_likelihood));
	for (size_t i = 0; i < 60; i++)
		many[i] = 30; /* all at once */
	assert_int_equal(model_burst_fit(&ask, &f), ERR_OK);
	assert_true(isfinite(f.log_likelihood));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truth),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_rhythm),
		cmocka_unit_test(test_definition),
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_archive),
		cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
