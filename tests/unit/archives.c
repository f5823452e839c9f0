/*
 * What the order of silence, contagion and intake say of public archives ($HEARTH_SHARED/data/sets): printed, group
 * by group, also where nothing is found. Nothing is asserted but that every group is answered, and in what time.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "insight/insight.h"

#define ANSWER_SECONDS_MAX 10. /* of a group; what is said of typical ones is printed */

static const char *const FIRST[] = { "unknown", "neither", "core first", "edge first" };
static const char *const ORDER_DOUBT[] = { "", "too young", "few gone", "few people", "alike", "wide" };
static const char *const CONTAGION[] = { "unknown", "not seen", "seen" };
static const char *const CONTAGION_DOUBT[] = { "", "few gone", "few losses", "ties lost", "wide" };

struct sums {
	size_t groups, first[4], contagion[3];
	double ratio, weight, tie_ratio, tie_weight;
};

/* Mean of the groups' ratios, each weighted by its precision (the width of its interval). */
static void weigh(double ratio, double low, double high, double *sum, double *weight)
{
	double error = (high - low) / 3.92;
	if (!isfinite(error) || !(error > 0))
		return;
	*sum += ratio / (error * error);
	*weight += 1 / (error * error);
}

static void group_say(const struct insight_group *g, struct sums *s)
{
	const struct warmth_silence_order *o = &g->reading.silence_order;
	const struct warmth_contagion *k = &g->reading.contagion;
	const struct warmth_intake *n = &g->reading.intake;
	s->groups++;
	s->first[o->first]++;
	s->contagion[k->word]++;
	if (!isnan(o->ratio))
		weigh(o->ratio, o->low, o->high, &s->ratio, &s->weight);
	if (!isnan(k->ratio))
		weigh(k->ratio, k->low, k->high, &s->tie_ratio, &s->tie_weight);
	if (isnan(o->ratio) && isnan(k->ratio))
		return;
	print_message("# %-24.*s order: %s %s, %zu+%zu at risk, %zu+%zu gone, %.2f [%.2f, %.2f] p %.3f %.3f %.3f\n",
		STR_ARG(g->name), FIRST[o->first], ORDER_DOUBT[o->doubt], o->core, o->edge, o->core_gone, o->edge_gone,
		o->ratio, o->low, o->high, o->p_like, o->p_stays, o->p_shuffled);
	print_message("#   contagion: %s %s, %zu gone, %zu followed, %.1f expected, %.2f [%.2f, %.2f] p %.3f\n",
		CONTAGION[k->word], CONTAGION_DOUBT[k->doubt], k->gone, k->followed, k->expected, k->ratio, k->low,
		k->high, k->p_shifted);
	print_message("#   intake: unanswered %.2f of %llu; back in 28 days: answered %.2f [%.2f, %.2f] of %llu, unanswered "
		      "%.2f [%.2f, %.2f] of %llu; joiners who speak %.2f of %llu\n",
		n->unanswered.share, (unsigned long long)n->unanswered.all, n->back_later_answered.share,
		n->back_later_answered.low, n->back_later_answered.high, (unsigned long long)n->back_later_answered.all,
		n->back_later_unanswered.share, n->back_later_unanswered.low, n->back_later_unanswered.high,
		(unsigned long long)n->back_later_unanswered.all, n->joiners_spoke.share,
		(unsigned long long)n->joiners_spoke.all);
}

/* at: where the recording is known to have ended, for a format that shows nothing but talk; NULL: each group's last
 * line. */
static void archive_say(const char *name, const char *at)
{
	char path[512];
	struct stat st;
	const char *shared = getenv("HEARTH_SHARED");
	snprintf(path, sizeof path, "%s/data/sets/%s.tsv.zst", shared ? shared : "", name);
	if (stat(path, &st) != 0) {
		print_message("# HEARTH_SHARED has no %s: nothing to read\n", name);
		skip();
	}
	struct insight_options options = { .seed = 1, .has_at = at != NULL };
	if (at)
		assert_int_equal(date_parse(str_of(at), &options.at_us), ERR_OK);
	struct insight_study *study CLEANUP(insight_study_drop) = insight_study_new(&options);
	assert_non_null(study);
	const struct insight_diagnosis *d;
	int64_t begin_us = clock_mono_us();
	assert_int_equal(insight_study_file(study, path), ERR_OK);
	int64_t read_us = clock_mono_us();
	assert_int_equal(insight_study_end(study, &d), ERR_OK);
	int64_t end_us = clock_mono_us();
	struct sums s = { 0 };
	for (size_t i = 0; i < d->group_count; i++)
		group_say(&d->groups[i], &s);
	double answering = (double)(end_us - read_us) / (double)US_PER_S;
	print_message("# %s: %zu groups; core first %zu, edge first %zu, neither %zu, unknown %zu; contagion seen %zu, not "
		      "%zu; weighted mean log ratio: order %.2f +- %.2f, contagion %.2f +- %.2f; read in %.1f s, all answered "
		      "in %.1f s\n",
		name, s.groups, s.first[WARMTH_FIRST_CORE], s.first[WARMTH_FIRST_EDGE], s.first[WARMTH_FIRST_NEITHER],
		s.first[WARMTH_FIRST_UNKNOWN], s.contagion[WARMTH_CONTAGION_SEEN], s.contagion[WARMTH_CONTAGION_NOT_SEEN],
		s.ratio / s.weight, 1.96 / sqrt(s.weight), s.tie_ratio / s.tie_weight, 1.96 / sqrt(s.tie_weight),
		(double)(read_us - begin_us) / (double)US_PER_S, answering);
	assert_true(d->group_count > 0 && answering < ANSWER_SECONDS_MAX * (double)d->group_count);
}

static void test_lean(void **state) { archive_say("lean", "2026-03-01"); }
static void test_raku(void **state) { archive_say("raku", NULL); }

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lean),
		cmocka_unit_test(test_raku),
	};
	return cmocka_run_group_tests_name("archives", tests, NULL, NULL);
}
