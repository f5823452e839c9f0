/*
 * One yes/no column compared inside strata: see hazard.h.
 * Called by: warmth. Owns: nothing. Not here: the regression (hazard.c).
 *
 * In a stratum with n1 who have it, n0 who have not, and d who leave, of them a with it, the likelihood of b is
 * a b - d ln(n1 e^b + n0), its information d q (1 - q) with q = n1 e^b / (n1 e^b + n0).
 */
#include <math.h>

#include "model/hazard.h"

#define REACH 12.
#define HALVINGS 50
#define DROP_95 1.920729410347062

struct sums {
	double value, slope, information;
};

static struct sums sums_at(const struct model_hazard_stratum *s, size_t n, double b)
{
	struct sums r = { 0 };
	double turn = 0, e = exp(b);
	for (size_t i = 0; i < n; i++) {
		double d = s[i].with_events + s[i].without_events;
		if (d == 0 || s[i].with == 0 || s[i].without == 0)
			continue;
		double all = s[i].with * e + s[i].without, q = s[i].with * e / all, weight = d * q * (1 - q);
		r.value += s[i].with_events * b - d * log(all);
		r.slope += s[i].with_events - d * q;
		r.information += weight;
		turn += weight * (1 - 2 * q);
	}
	r.value += log(r.information) / 2;
	r.slope += turn / r.information / 2;
	return r;
}

/* Between in, where the value is less than DROP_95 below top, and out. */
static double limit_of(const struct model_hazard_stratum *s, size_t n, double top, double in, double out)
{
	if (top - sums_at(s, n, out).value < DROP_95)
		return out > in ? INFINITY : -INFINITY;
	for (int i = 0; i < HALVINGS; i++) {
		double half = (in + out) / 2;
		if (top - sums_at(s, n, half).value < DROP_95)
			in = half;
		else
			out = half;
	}
	return (in + out) / 2;
}

struct model_hazard_ratio model_hazard_strata(const struct model_hazard_stratum *s, size_t n)
{
	struct model_hazard_ratio r = { .expected = NAN, .b = NAN, .low = NAN, .high = NAN, .score = NAN };
	double expected = 0, variance = 0;
	for (size_t i = 0; i < n; i++) {
		double d = s[i].with_events + s[i].without_events, all = (double)s[i].with + s[i].without;
		if (d == 0 || s[i].with == 0 || s[i].without == 0)
			continue;
		r.events += (size_t)d;
		r.with_events += s[i].with_events;
		expected += d * s[i].with / all;
		variance += d * s[i].with * s[i].without * (all - d) / (all * all * (all - 1));
	}
	if (r.events == 0 || !(variance > 0))
		return r;
	double low = -REACH, high = REACH;
	for (int i = 0; i < HALVINGS; i++) {
		double half = (low + high) / 2;
		if (sums_at(s, n, half).slope > 0)
			low = half;
		else
			high = half;
	}
	r.known = true;
	r.expected = expected;
	r.score = ((double)r.with_events - expected) / sqrt(variance);
	r.b = (low + high) / 2;
	double top = sums_at(s, n, r.b).value;
	r.low = limit_of(s, n, top, r.b, -REACH);
	r.high = limit_of(s, n, top, r.b, REACH);
	return r;
}
