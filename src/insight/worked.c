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
	w->group_known++;
	w->group_sum += log(e->ratio);
}

void insight_worked_group_end(struct insight_worked *w)
{
	if (w->group_known == 0)
		return;
	double group = w->group_sum / w->group_known, from_mean = group - w->mean;
	w->groups++;
	w->mean += from_mean / w->groups;
	w->squares += from_mean * (group - w->mean); /* Welford 1962: no difference of large sums */
	w->group_known = 0;
	w->group_sum = 0;
}

struct insight_worked_ratio insight_worked_ratio(const struct insight_worked *w)
{
	struct insight_worked_ratio r = { NAN, NAN, NAN };
	if (w->groups)
		r.ratio = exp(w->mean);
	if (w->groups > 1) {
		double n = w->groups, reach = gsl_cdf_tdist_Pinv((1 + SHARE) / 2, n - 1) * sqrt(w->squares / (n - 1) / n);
		r.low = exp(w->mean - reach);
		r.high = exp(w->mean + reach);
	}
	return r;
}
