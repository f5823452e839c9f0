/*
 * The Pareto/NBD's own part: what one life says when people may leave at any moment.
 * Called by: lifetime.c. Owns: nothing. Not here: what the four models share.
 *
 * Schmittlein, Morrison, Colombo (1987): a life was there to its end, or left at a moment y after its last event:
 *   (alpha + age)^-(r + x) (beta + age)^-s  +  s Int from last to age of (alpha + y)^-(r + x) (beta + y)^-(s + 1) dy.
 * The integral is usually written as a difference of two 2F1, whose argument comes to 1 when alpha and beta differ much
 * and whose difference loses its digits when age is near last. Here it is taken by Gauss and Legendre's rule over
 * v = ln(min(alpha, beta) + y), in which the integrand is smooth and falls no slower than its first slope; the same
 * nodes give the derivatives.
 */
#include <gsl/gsl_integration.h>

#include "model/lifetime_private.h"

#define NODES 32u
#define FALL_MAX 40.0 /* e^-40 of the first value is nothing */

/* The rule on (0, 1), the same for ever. */
static struct nodes {
	double at[NODES], weight[NODES];
} nodes;
static pthread_once_t nodes_once = PTHREAD_ONCE_INIT;

static void nodes_make(void)
{
	gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(NODES);
	for (size_t i = 0; i < NODES; i++)
		gsl_integration_glfixed_point(0, 1, i, &nodes.at[i], &nodes.weight[i], table);
	gsl_integration_glfixed_table_free(table);
}

/* Of the moments at which somebody may have left: ln of their integral, and means under it. low is the smaller of alpha
 * and beta plus y, high the greater. */
struct leaving {
	double ln, ln_low, ln_high, per_low, per_high;
};

/* Int of low^-power_low high^-power_high dy; low_0, high_0: where y = last; low_1: where y = age. */
static void leaving_of(
	double low_0, double high_0, double low_1, double power_low, double power_high, struct leaving *out)
{
	double v_0 = log(low_0), span = log(low_1 / low_0), apart = high_0 - low_0, ln_high_0 = log(high_0);
	double fall = power_low - 1 + power_high * low_0 / high_0;
	if (fall * span > FALL_MAX)
		span = FALL_MAX / fall;
	double sum = 0;
	struct leaving l = { 0 };
	for (size_t i = 0; i < NODES; i++) {
		double beyond = nodes.at[i] * span, low = low_0 * exp(beyond), high = low + apart, ln_high = log(high);
		double w = nodes.weight[i] * exp((1 - power_low) * beyond - power_high * (ln_high - ln_high_0));
		sum += w;
		l.ln_low += w * (v_0 + beyond);
		l.ln_high += w * ln_high;
		l.per_low += w / low;
		l.per_high += w / high;
	}
	*out = (struct leaving){ log(sum * span) + (1 - power_low) * v_0 - power_high * ln_high_0, l.ln_low / sum,
		l.ln_high / sum, l.per_low / sum, l.per_high / sum };
}

void lifetime_pareto_term(const double *law, const struct model_lifetime *life, struct lifetime_term *out)
{
	double shape = law[RATE_SHAPE] + life->events, s = law[LEAVE_1];
	double alpha_end = law[RATE_SCALE] + life->age, beta_end = law[LEAVE_2] + life->age;
	double ln_alpha = log(alpha_end), ln_beta = log(beta_end);
	struct lifetime_term t = { -shape * ln_alpha - s * ln_beta, 1,
		{ -ln_alpha, -shape / alpha_end, -ln_beta, -s / beta_end } };
	if (life->last < life->age) {
		double alpha_last = law[RATE_SCALE] + life->last, beta_last = law[LEAVE_2] + life->last;
		bool beta_low = law[LEAVE_2] < law[RATE_SCALE];
		struct leaving l;
		pthread_once(&nodes_once, nodes_make);
		if (beta_low)
			leaving_of(beta_last, alpha_last, beta_end, s + 1, shape, &l);
		else
			leaving_of(alpha_last, beta_last, alpha_end, shape, s + 1, &l);
		double there, gone;
		t.ln = lifetime_sum_of_logs(t.ln, log(s) + l.ln, &there);
		gone = 1 - there;
		t.alive = there;
		t.by[RATE_SHAPE] = there * t.by[RATE_SHAPE] - gone * (beta_low ? l.ln_high : l.ln_low);
		t.by[RATE_SCALE] = there * t.by[RATE_SCALE] - gone * shape * (beta_low ? l.per_high : l.per_low);
		t.by[LEAVE_1] = there * t.by[LEAVE_1] + gone * (1 / s - (beta_low ? l.ln_low : l.ln_high));
		t.by[LEAVE_2] = there * t.by[LEAVE_2] - gone * (s + 1) * (beta_low ? l.per_low : l.per_high);
	}
	*out = t;
}
