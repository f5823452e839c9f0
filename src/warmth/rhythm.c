/*
 * Silence against one's own rhythm: the predictive tail of the next gap (formula and source in warmth.h).
 * Called by: answer.c, tests. Owns: the grid of shapes. Not here: which days count as gaps (answer.c).
 */
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_psi.h>

#include "warmth/warmth_private.h"

/* Shapes are laid out evenly in the logarithm of the spread s, the standard deviation of ln gap. */
#define SPREADS 11u
#define SPREAD_LEAST .2
#define SPREAD_STEP 1.2968395546510096 /* up to .2 * this^10 = 2.69 */
#define POWERS 4u
/* A day is a day wide: nobody is more regular than this, however equal his gaps. */
#define SPREAD_FLOOR .25
#define ROUNDING_DAYS .41              /* standard deviation of the difference of two times of day */
#define WEIGHT_LEAST 1e-5

struct shape {
	double c, k, ln_c, ln_gamma_k, spread;
};

struct warmth_rhythm {
	struct shape shapes[POWERS * SPREADS];
};

static const double POWER[POWERS] = { .25, .5, 1, 2 };

/* The k whose trigamma is y: Newton from a starting point that is right at both ends (Minka 2000, appendix C). */
static double trigamma_inverse(double y)
{
	double k = .5 + 1 / y;
	for (int i = 0; i < 8; i++) {
		double t = gsl_sf_psi_1(k);
		k += t * (1 - t / y) / gsl_sf_psi_n(2, k);
	}
	return k;
}

enum err warmth_rhythm_new(struct arena *a, struct warmth_rhythm **out)
{
	struct warmth_rhythm *r = ARENA_NEW(a, struct warmth_rhythm);
	if (r == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < POWERS; i++) {
		double spread = SPREAD_LEAST;
		for (size_t j = 0; j < SPREADS; j++, spread *= SPREAD_STEP) {
			double c = POWER[i], k = trigamma_inverse(c * c * spread * spread);
			r->shapes[i * SPREADS + j] = (struct shape){ c, k, log(c), gsl_sf_lngamma(k), spread };
		}
	}
	*out = r;
	return ERR_OK;
}

struct sums {
	size_t n;
	double gap, ln_gap, power[POWERS];
};

static void sums_add(struct sums *s, double g)
{
	double root = sqrt(g);
	s->n++;
	s->gap += g;
	s->ln_gap += log(g);
	s->power[0] += sqrt(root);
	s->power[1] += root;
	s->power[2] += g;
	s->power[3] += g * g;
}

/* P(next > x) for a further one like those in s. */
static double tail_of(const struct warmth_rhythm *r, const struct sums *s, double x)
{
	double mean = s->gap / (double)s->n;
	double floor_spread = sqrt(SPREAD_FLOOR * SPREAD_FLOOR + ROUNDING_DAYS * ROUNDING_DAYS / (mean * mean));
	double ln_weight[POWERS * SPREADS], top = -INFINITY;
	for (size_t i = 0; i < POWERS * SPREADS; i++) {
		const struct shape *h = &r->shapes[i];
		double n = (double)s->n, nk = n * h->k;
		/* One step below the floor is let in, so that there is always a shape. */
		ln_weight[i] = h->spread * SPREAD_STEP < floor_spread ? -INFINITY :
			(n - 1) * h->ln_c - n * h->ln_gamma_k + (h->c * h->k - 1) * s->ln_gap + gsl_sf_lngamma(nk) -
			nk * log(s->power[i / SPREADS]);
		top = ln_weight[i] > top ? ln_weight[i] : top;
	}
	double sum = 0, tail = 0;
	for (size_t i = 0; i < POWERS * SPREADS; i++) {
		double weight = exp(ln_weight[i] - top);
		sum += weight;
		if (weight < WEIGHT_LEAST)
			continue;
		const struct shape *h = &r->shapes[i];
		double y = pow(x, h->c);
		tail += weight * gsl_cdf_beta_Q(y / (s->power[i / SPREADS] + y), h->k, (double)s->n * h->k);
	}
	return tail / sum;
}

static uint32_t median_of(const uint32_t *gaps, size_t n)
{
	uint32_t sorted[WARMTH_GAPS_USED];
	for (size_t i = 0; i < n; i++) {
		size_t at = i;
		for (; at > 0 && sorted[at - 1] > gaps[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = gaps[i];
	}
	return sorted[n / 2];
}

double warmth_rhythm_tail(const struct warmth_rhythm *r, const uint32_t *gaps, size_t n, uint32_t quiet_days)
{
	if (n < WARMTH_GAPS_MIN)
		return NAN;
	if (quiet_days <= 1)
		return 1;
	if (n > WARMTH_GAPS_USED) {
		gaps += n - WARMTH_GAPS_USED;
		n = WARMTH_GAPS_USED;
	}
	uint32_t median = median_of(gaps, n);
	struct sums all = { 0 }, above = { 0 };
	for (size_t i = 0; i < n; i++) {
		sums_add(&all, gaps[i]);
		if (gaps[i] > median)
			sums_add(&above, gaps[i] - median);
	}
	double whole = tail_of(r, &all, quiet_days - .5);
	if (above.n < WARMTH_GAPS_MIN || quiet_days <= median + 1)
		return whole;
	double share = (double)(above.n + 1) / (double)(n + 1),
	       tail = share * tail_of(r, &above, quiet_days - .5 - median);
	return tail > whole ? tail : whole;
}
