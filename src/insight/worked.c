/* What came of a remedy, taken together (worked.h). */
#include "insight/worked.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define SHARE .95

void insight_worked_add(struct insight_worked *w, const struct model_series_effect *e)
{
	w->done++;
	w->helped += e->word == MODEL_SERIES_MORE;
	w->no_sign += e->word == MODEL_SERIES_NO_SIGN;
	w->harmed += e->word == MODEL_SERIES_LESS;
	w->too_early += e->word == MODEL_SERIES_TOO_EARLY;
	w->too_little += e->word == MODEL_SERIES_TOO_LITTLE;
	if (e->word == MODEL_SERIES_TOO_EARLY || e->word == MODEL_SERIES_TOO_LITTLE || !isfinite(e->ratio) || e->ratio <= 0)
		return;
	double ln = log(e->ratio), from_mean = ln - w->mean;
	w->known++;
	w->mean += from_mean / w->known;
	w->squares += from_mean * (ln - w->mean); /* Welford 1962: no difference of large sums */
}

struct insight_worked_ratio insight_worked_ratio(const struct insight_worked *w)
{
	struct insight_worked_ratio r = { NAN, NAN, NAN };
	if (w->known)
		r.ratio = exp(w->mean);
	if (w->known > 1) {
		double n = w->known, reach = gsl_cdf_tdist_Pinv((1 + SHARE) / 2, n - 1) * sqrt(w->squares / (n - 1) / n);
		r.low = exp(w->mean - reach);
		r.high = exp(w->mean + reach);
	}
	return r;
}
