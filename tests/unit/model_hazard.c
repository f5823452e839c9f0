/*
 * Hazards: against what can be worked out by hand, and in many simulated groups with a planted ratio.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/hazard.h"

#define BYTES (64u << 20)
#define ROWS_MOST 20000

static uint64_t chance;

static double unit(void)
{
	chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(chance >> 11) + .5) / 9007199254740992.0;
}

static double normal(void) { return sqrt(-2 * log(unit())) * cos(6.283185307179586 * unit()); }

static double x[ROWS_MOST * 3];
static unsigned char event[ROWS_MOST];
static uint32_t person[ROWS_MOST];

/* with of n1 who have it left, without of n0. */
static struct model_hazard_data table(size_t n1, size_t with, size_t n0, size_t without)
{
	for (size_t i = 0; i < n1 + n0; i++) {
		x[2 * i] = 1;
		x[2 * i + 1] = i < n1;
		event[i] = i < n1 ? i < with : i - n1 < without;
	}
	return (struct model_hazard_data){ .rows = n1 + n0, .columns = 2, .x = x, .event = event };
}

static void expect(double got, double wanted, double within)
{
	if (!(fabs(got - wanted) <= within))
		fail_msg("%.6f, not %.6f", got, wanted);
}

/* In a table of four Firth's logit is the log odds ratio with a half added to each (Heinze and Schemper 2002). */
static void test_table(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	const size_t cells[][4] = { { 20, 5, 30, 3 }, { 20, 0, 30, 6 }, { 10, 10, 10, 2 }, { 40, 0, 40, 1 } };
	for (size_t i = 0; i < COUNT_OF(cells); i++) {
		const size_t *c = cells[i];
		struct model_hazard_data d = table(c[0], c[1], c[2], c[3]);
		d.link = MODEL_HAZARD_LOGIT;
		struct model_hazard_fit f;
		assert_int_equal(model_hazard_fit(&d, a, &f), ERR_OK);
		double with = ((double)c[1] + .5) / ((double)(c[0] - c[1]) + .5),
		       without = ((double)c[3] + .5) / ((double)(c[2] - c[3]) + .5);
		expect(f.b[0], log(without), 1e-5);
		expect(f.b[1], log(with / without), 1e-5);
		assert_int_equal(f.events, c[1] + c[3]);
		double low, high;
		assert_int_equal(model_hazard_interval(&d, &f, 1, a, &low, &high), ERR_OK);
		assert_true(low < f.b[1] && f.b[1] < high && isfinite(low) && isfinite(high));
	}
}

/* Unpenalised: two shares, and Wald's errors of the textbook. */
static void test_plain(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	struct model_hazard_data d = table(200, 50, 300, 30);
	d.plain = true;
	struct model_hazard_fit f;
	assert_int_equal(model_hazard_fit(&d, a, &f), ERR_OK);
	expect(f.b[1], log(-log(1 - .25)) - log(-log(1 - .1)), 1e-5);
	d.link = MODEL_HAZARD_LOGIT;
	assert_int_equal(model_hazard_fit(&d, a, &f), ERR_OK);
	expect(f.b[1], log(50. / 150 / (30. / 270)), 1e-5);
	expect(f.error[1], sqrt(1 / 50. + 1 / 150. + 1 / 30. + 1 / 270.), 1e-5);
	/* The sandwich of a saturated table is the same but for m / (m - 1). */
	expect(f.error_person[1], f.error[1] * sqrt(500 / 499.), 1e-4);
	/* Profile of the likelihood, known from the outside: the drop at the limit, refitted as a table. */
	double low, high;
	assert_int_equal(model_hazard_interval(&d, &f, 1, a, &low, &high), ERR_OK);
	double fallen = INFINITY;
	for (double c = -4; c < 0; c += .0005) {
		double p1 = 1 / (1 + exp(-c - low)), p0 = 1 / (1 + exp(-c));
		double l = 50 * log(p1) + 150 * log(1 - p1) + 30 * log(p0) + 270 * log(1 - p0);
		fallen = f.log_likelihood - l < fallen ? f.log_likelihood - l : fallen;
	}
	expect(fallen, 1.9207, .03);
	assert_true(low > .5 && high < 1.7);
}

static void test_refused(void **state)
{
	struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
	struct model_hazard_fit f = { .events = 77 };
	struct model_hazard_data d = table(10, 1, 10, 1);
	for (size_t i = 0; i < 20; i++)
		x[2 * i + 1] = 2; /* the constant twice */
	assert_int_equal(model_hazard_fit(&d, a, &f), ERR_INPUT);
	x[1] = NAN;
	assert_int_equal(model_hazard_fit(&d, a, &f), ERR_INPUT);
	d.rows = 0;
	assert_int_equal(model_hazard_fit(&d, a, &f), ERR_LIMIT);
	d.rows = 20;
	d.columns = MODEL_HAZARD_COLUMNS_MAX + 1;
	assert_int_equal(model_hazard_fit(&d, a, &f), ERR_LIMIT);
	assert_int_equal(f.events, 77);
}

/* Persons with a yes/no column that goes together with a measure, at risk for 8 steps; a planted log hazard ratio. */
static struct model_hazard_data people(size_t n, double ratio, double hazard)
{
	size_t rows = 0;
	for (size_t i = 0; i < n; i++) {
		double z = normal();
		bool has = unit() < 1 / (1 + exp(1 - 1.5 * z));
		double p = 1 - exp(-hazard * exp(ratio * has + .5 * z));
		for (size_t k = 0; k < 8; k++) {
			x[3 * rows] = 1;
			x[3 * rows + 1] = has;
			x[3 * rows + 2] = z;
			event[rows] = unit() < p;
			person[rows++] = (uint32_t)i;
			if (event[rows - 1])
				break;
		}
	}
	return (struct model_hazard_data){
		.rows = rows, .columns = 3, .x = x, .event = event, .person = person, .persons = n };
}

static void test_coverage(void **state)
{
	const struct {
		size_t n;
		double ratio, hazard;
	} c[] = { { 40, 0, .04 }, { 100, 0, .03 }, { 40, 1.4, .03 }, { 1000, 0, .05 }, { 1000, .7, .05 } };
	for (size_t k = 0; k < COUNT_OF(c); k++) {
		size_t groups = c[k].n > 500 ? 100 : 400, outside = 0, events = 0, known = 0;
		double sum = 0;
		chance = 99 + k;
		for (size_t g = 0; g < groups; g++) {
			struct arena *a CLEANUP(arena_drop) = arena_new(BYTES);
			struct model_hazard_data d = people(c[k].n, c[k].ratio, c[k].hazard);
			struct model_hazard_fit f;
			double low, high;
			if (model_hazard_fit(&d, a, &f) != ERR_OK)
				continue;
			assert_int_equal(model_hazard_interval(&d, &f, 1, a, &low, &high), ERR_OK);
			known++;
			events += f.events;
			sum += f.b[1];
			outside += c[k].ratio < low || c[k].ratio > high;
		}
		print_message("# %zu people, %.1f events, log ratio %.1f: mean %.3f, outside the interval %zu of %zu\n",
			c[k].n, (double)events / (double)known, c[k].ratio, sum / (double)known, outside, known);
		assert_true(known >= groups - 2);
		assert_true(fabs(sum / (double)known - c[k].ratio) < .17);
		assert_true((double)outside < .08 * (double)known);
	}
}

static void test_strata(void **state)
{
	/* One stratum, one in two who has it, no event without it: finite. By hand: (a + 1/2 - q) = d q at the top. */
	struct model_hazard_stratum one = { 10, 4, 10, 0 };
	struct model_hazard_ratio r = model_hazard_strata(&one, 1);
	double q = 4.5 / 5;
	assert_true(r.known);
	expect(r.b, log(q / (1 - q)), 1e-6);
	expect(r.expected, 2, 1e-12);
	assert_true(r.low < r.b && r.b < r.high);
	struct model_hazard_stratum none[] = { { 10, 0, 10, 0 }, { 5, 2, 0, 0 }, { 0, 0, 9, 1 } };
	r = model_hazard_strata(none, COUNT_OF(none));
	assert_false(r.known);
	assert_true(isnan(r.b) && isnan(r.low));
	const double truth[] = { 0, 0, 1 }, hazard[] = { .02, .1, .02 };
	for (size_t k = 0; k < COUNT_OF(truth); k++) {
		size_t outside = 0, known = 0;
		double sum = 0;
		chance = 5 + k;
		for (size_t g = 0; g < 1000; g++) {
			struct model_hazard_stratum s[40];
			for (size_t i = 0; i < 40; i++) {
				s[i] = (struct model_hazard_stratum){ 2 + i % 7, 0, 20 + i % 11, 0 };
				double h = hazard[k] * exp(normal());
				for (size_t j = 0; j < s[i].with; j++)
					s[i].with_events += unit() < 1 - exp(-h * exp(truth[k]));
				for (size_t j = 0; j < s[i].without; j++)
					s[i].without_events += unit() < 1 - exp(-h);
			}
			r = model_hazard_strata(s, 40);
			known += r.known;
			sum += r.known ? r.b : 0;
			outside += r.known && (truth[k] < r.low || truth[k] > r.high);
		}
		print_message("# strata, log ratio %.1f: mean %.3f, outside %zu of %zu\n", truth[k], sum / (double)known,
			outside, known);
		assert_true((double)outside < .065 * (double)known);
		assert_true(fabs(sum / (double)known - truth[k]) < .1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_strata),
	};
	return cmocka_run_group_tests_name("model_hazard", tests, NULL, NULL);
}
