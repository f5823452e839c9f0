/*
 * model/hazard: how much likelier one kind of person is to leave in the next step than another.
 *
 * Promises: pure; discrete time. A row is one person in one step in which he could have left; event says that he
 * did. Two ways: a regression on any columns (model_hazard_fit), and one yes/no column compared inside strata
 * (model_hazard_strata, which is what matching by time and kind asks for). Few events are the rule, so both are
 * penalised by Jeffreys' prior (Firth 1993; Heinze and Schemper 2002), which keeps estimates finite when one side
 * has no event, and their intervals come from the penalised profile likelihood. (With CLOGLOG the prior takes most,
 * not all, of the small-sample bias: about .1 is left at a dozen events.)
 * Used by: warmth. Owns: nothing. Not here: who is at risk when (the caller's rows).
 */
#ifndef HEARTH_MODEL_HAZARD_H
#define HEARTH_MODEL_HAZARD_H

#include "base/base.h"

#define MODEL_HAZARD_COLUMNS_MAX 16u
#define MODEL_HAZARD_ROWS_MAX (16u << 20)
#define MODEL_HAZARD_ROUNDS_MAX 100u
#define MODEL_HAZARD_FEW_EVENTS 200u /* fewer: the profile's interval; more: Wald's, which is then the same and cheap */

/* CLOGLOG: P = 1 - exp(-exp(x b)), so b is the log hazard ratio of proportional hazards in continuous time (Prentice
 * and Gloeckler 1978). LOGIT: b is the log odds ratio of leaving in a step. */
enum model_hazard_link { MODEL_HAZARD_CLOGLOG, MODEL_HAZARD_LOGIT };

struct model_hazard_data {
	size_t rows, columns;
	const double *x;              /* row after row; a constant column is the caller's to give */
	const unsigned char *event;   /* 0 or 1 */
	const uint32_t *person;       /* of each row, below persons; NULL: every row somebody else */
	size_t persons;
	enum model_hazard_link link;
	bool plain;                   /* without the penalty: maximum likelihood */
};

struct model_hazard_fit {
	size_t columns, events;
	double log_likelihood;                           /* with the penalty, unless plain */
	double b[MODEL_HAZARD_COLUMNS_MAX];
	double error[MODEL_HAZARD_COLUMNS_MAX];          /* standard errors by the information */
	double error_person[MODEL_HAZARD_COLUMNS_MAX];   /* by the sandwich over persons (Lin and Wei 1989; m/(m - 1)) */
};
/* ERR_LIMIT: more rows or columns than above, or none. ERR_INPUT: the columns are not independent, a number is not
 * finite, or no maximum was found. ERR_MEMORY. */
enum err model_hazard_fit(const struct model_hazard_data *d, struct arena *a, struct model_hazard_fit *out) MUST_USE;

/* Each row's score at b, whatever a further column would be: summed over the rows of those who have something it
 * tells whether they left more (positive) or less than the columns say. out: rows numbers. */
void model_hazard_residuals(const struct model_hazard_data *d, const double *b, double *out);

/* 95 % for b[column] of a fit of the same data: where the (penalised) log likelihood, the other columns refitted, has
 * fallen by 1.92; with many events Wald's. Widened by error_person / error where that is above 1. A side that is not
 * found within 12 of b is infinite. Errors as above. */
enum err model_hazard_interval(const struct model_hazard_data *d, const struct model_hazard_fit *fit, size_t column,
	struct arena *a, double *out_low, double *out_high) MUST_USE;

/* ---- one yes/no column, compared inside strata ---- */
struct model_hazard_stratum {
	uint32_t with, with_events;       /* persons at risk who have it, and how many of them left */
	uint32_t without, without_events;
};
struct model_hazard_ratio {
	bool known;           /* somewhere somebody left where both were at risk; else the rest is NaN */
	size_t events;        /* in such strata */
	double expected;      /* events of those who have it, had it made no difference */
	size_t with_events;
	double b, low, high;  /* log hazard ratio (Breslow's likelihood, penalised) and 95 % by its profile */
	double score;         /* (with_events - expected) / its hypergeometric standard error (Mantel 1966) */
};
struct model_hazard_ratio model_hazard_strata(const struct model_hazard_stratum *s, size_t n);

#endif
