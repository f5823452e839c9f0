/*
 * Regression of leaving on columns: see hazard.h.
 * Called by: warmth. Owns: nothing. Not here: the comparison inside strata (hazard_strata.c).
 *
 * Fisher scoring on the penalised likelihood l + ln det(I) / 2. With weights w = mu'^2 / (mu (1 - mu)) and h the
 * diagonal of the hat matrix, the penalty adds h (d ln w / d eta) / 2 to each row's score (Kosmidis and Firth 2009,
 * section 2).
 */
#include "model/hazard.h"

#include <math.h>

#define P MODEL_HAZARD_COLUMNS_MAX
#define ETA_MOST 30.         /* 1e-13: as good as none, or in LOGIT as good as sure */
#define ETA_HIGH_CLOGLOG 3.  /* P = 1 - 2e-9: as good as sure */
#define STEP_MOST 2.
#define HALVINGS_MAX 20u
#define TOLERANCE 1e-7
#define PROFILE_REACH 12.
#define PROFILE_TRIES 40u
#define DROP_95 1.920729410347062 /* half the 95 % point of chi square with one degree */
#define NORMAL_95 1.959963984540054
#define NO_COLUMN SIZE_MAX

/* Where a maximum is sought: fixed is held at its value. */
struct search {
	const struct model_hazard_data *d;
	struct arena *a;
	size_t fixed;
	double b[P], gradient[P];
	double information[P * P], root[P * P]; /* root: its Cholesky factor */
	double value;
};

struct terms {
	double log_likelihood, score, weight, slope; /* slope: d ln weight / d eta */
};

static struct terms terms_of(enum model_hazard_link link, double eta, bool event)
{
	double high = link == MODEL_HAZARD_LOGIT ? ETA_MOST : ETA_HIGH_CLOGLOG;
	eta = eta < -ETA_MOST ? -ETA_MOST : eta > high ? high : eta;
	double e = exp(eta);
	if (link == MODEL_HAZARD_LOGIT) {
		double mu = e / (1 + e);
		return (struct terms){ event ? log(mu) : -log1p(e), (event ? 1 : 0) - mu, mu * (1 - mu), 1 - 2 * mu };
	}
	double mu = -expm1(-e), slope = e * exp(-e);
	return (struct terms){ event ? log(mu) : -e, event ? slope / mu : -e, slope * e / mu, 2 - e - slope / mu };
}

static bool cholesky(const double *m, size_t n, double *out_root)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++) {
			double sum = m[i * n + j];
			for (size_t k = 0; k < j; k++)
				sum -= out_root[i * n + k] * out_root[j * n + k];
			if (i == j && !(sum > 1e-10 * m[i * n + i]))
				return false;
			out_root[i * n + j] = i == j ? sqrt(sum) : sum / out_root[j * n + j];
		}
	return true;
}

/* x <- (root root')^-1 x */
static void solve(const double *root, size_t n, double *x)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++)
			x[i] -= root[i * n + k] * x[k];
		x[i] /= root[i * n + i];
	}
	for (size_t i = n; i-- > 0;) {
		for (size_t k = i + 1; k < n; k++)
			x[i] -= root[k * n + i] * x[k];
		x[i] /= root[i * n + i];
	}
}

static double eta_of(const double *x, const double *b, size_t p)
{
	double eta = 0;
	for (size_t j = 0; j < p; j++)
		eta += x[j] * b[j];
	return eta;
}

/* The length of root^-1 x, squared: x' I^-1 x. */
static double leverage(const double *root, const double *x, size_t p)
{
	double y[P], sum = 0;
	for (size_t i = 0; i < p; i++) {
		y[i] = x[i];
		for (size_t k = 0; k < i; k++)
			y[i] -= root[i * p + k] * y[k];
		y[i] /= root[i * p + i];
		sum += y[i] * y[i];
	}
	return sum;
}

/* Value and information at s->b; false where there is none. */
static bool value_at(struct search *s)
{
	const struct model_hazard_data *d = s->d;
	size_t p = d->columns;
	double sum = 0;
	memset(s->information, 0, p * p * sizeof *s->information);
	for (size_t i = 0; i < d->rows; i++) {
		const double *x = d->x + i * p;
		struct terms t = terms_of(d->link, eta_of(x, s->b, p), d->event[i]);
		sum += t.log_likelihood;
		for (size_t j = 0; j < p; j++)
			for (size_t k = 0; k <= j && x[j] != 0; k++)
				s->information[j * p + k] += t.weight * x[j] * x[k];
	}
	if (!isfinite(sum) || !cholesky(s->information, p, s->root))
		return false;
	for (size_t j = 0; j < p && !d->plain; j++)
		sum += log(s->root[j * p + j]);
	s->value = sum;
	return true;
}

static void gradient_at(struct search *s)
{
	const struct model_hazard_data *d = s->d;
	size_t p = d->columns;
	memset(s->gradient, 0, sizeof s->gradient);
	for (size_t i = 0; i < d->rows; i++) {
		const double *x = d->x + i * p;
		struct terms t = terms_of(d->link, eta_of(x, s->b, p), d->event[i]);
		double score = t.score;
		if (!d->plain)
			score += t.weight * leverage(s->root, x, p) * t.slope / 2;
		for (size_t j = 0; j < p; j++)
			s->gradient[j] += score * x[j];
	}
}

/* The step to take: information^-1 gradient over the columns that are free. */
static bool step_of(const struct search *s, double *out_step)
{
	size_t p = s->d->columns, n = 0, free_column[P];
	double part[P * P] = { 0 }, root[P * P], step[P] = { 0 };
	for (size_t j = 0; j < p; j++)
		if (j != s->fixed)
			free_column[n++] = j;
	for (size_t i = 0; i < n; i++) {
		step[i] = s->gradient[free_column[i]];
		for (size_t j = 0; j <= i; j++)
			part[i * n + j] = s->information[free_column[i] * p + free_column[j]];
	}
	if (!cholesky(part, n, root))
		return false;
	solve(root, n, step);
	double most = STEP_MOST;
	for (size_t i = 0; i < n; i++)
		most = fabs(step[i]) > most ? fabs(step[i]) : most;
	memset(out_step, 0, p * sizeof *out_step);
	for (size_t i = 0; i < n; i++)
		out_step[free_column[i]] = step[i] * STEP_MOST / most;
	return true;
}

/* Move along step, or half of it, and so on, to where it is not lower; false: nowhere. */
static bool climb(struct search *s, const double *step)
{
	struct search before = *s;
	double part = 1;
	for (size_t i = 0; i < HALVINGS_MAX; i++, part /= 2) {
		for (size_t j = 0; j < s->d->columns; j++)
			s->b[j] = before.b[j] + part * step[j];
		if (value_at(s) && s->value >= before.value - 1e-12 * fabs(before.value))
			return true;
	}
	*s = before;
	return false;
}

static enum err maximise(struct search *s)
{
	double step[P], most = INFINITY;
	if (!value_at(s))
		return ERR_INPUT;
	for (size_t i = 0; i < MODEL_HAZARD_ROUNDS_MAX && most > TOLERANCE; i++) {
		gradient_at(s);
		if (!step_of(s, step))
			return ERR_INPUT;
		most = 0;
		for (size_t j = 0; j < s->d->columns; j++)
			most = fabs(step[j]) > most ? fabs(step[j]) : most;
		/* Where no step climbs the floating point has reached its floor. */
		if (!climb(s, step))
			return most < 1e-3 ? ERR_OK : ERR_INPUT;
	}
	return most <= 1e-4 ? ERR_OK : ERR_INPUT;
}

/* Sandwich: sums of each person's score, squared, between two inverted informations. */
static enum err person_errors(struct search *s, double *out_error)
{
	const struct model_hazard_data *d = s->d;
	size_t p = d->columns, persons = d->person ? d->persons : d->rows;
	double *sums = arena_take_many(s->a, persons, p * sizeof *sums);
	if (sums == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < d->rows; i++) {
		const double *x = d->x + i * p;
		double score = terms_of(d->link, eta_of(x, s->b, p), d->event[i]).score;
		for (size_t j = 0; j < p; j++)
			sums[(d->person ? d->person[i] : i) * p + j] += score * x[j];
	}
	double variance[P] = { 0 };
	size_t seen = 0;
	for (size_t g = 0; g < persons; g++) {
		double *u = sums + g * p, any = 0;
		for (size_t j = 0; j < p; j++)
			any += fabs(u[j]);
		if (any == 0)
			continue;
		seen++;
		solve(s->root, p, u);
		for (size_t j = 0; j < p; j++)
			variance[j] += u[j] * u[j];
	}
	for (size_t j = 0; j < p; j++)
		out_error[j] = seen > 1 ? sqrt(variance[j] * (double)seen / (double)(seen - 1)) : NAN;
	return ERR_OK;
}

static enum err search_begin(const struct model_hazard_data *d, struct arena *a, struct search *s)
{
	if (d->rows == 0 || d->rows > MODEL_HAZARD_ROWS_MAX || d->columns == 0 || d->columns > P)
		return ERR_LIMIT;
	*s = (struct search){ .d = d, .a = a, .fixed = NO_COLUMN };
	return ERR_OK;
}

/* Where to begin: all rows alike (least squares finds the constant among the columns). From 0, where every other
 * person leaves, the penalised likelihood may lead astray. */
static bool begin_alike(struct search *s, size_t events)
{
	const struct model_hazard_data *d = s->d;
	size_t p = d->columns;
	double share = ((double)events + .5) / ((double)d->rows + 1);
	double eta = d->link == MODEL_HAZARD_LOGIT ? log(share / (1 - share)) : log(-log1p(-share));
	for (size_t i = 0; i < d->rows; i++)
		for (size_t j = 0; j < p; j++) {
			double x = d->x[i * p + j];
			s->b[j] += eta * x;
			for (size_t k = 0; k <= j && x != 0; k++)
				s->information[j * p + k] += x * d->x[i * p + k];
		}
	if (!cholesky(s->information, p, s->root))
		return false;
	solve(s->root, p, s->b);
	return true;
}

enum err model_hazard_fit(const struct model_hazard_data *d, struct arena *a, struct model_hazard_fit *out)
{
	struct search s;
	struct model_hazard_fit f = { .columns = d->columns };
	TRY(search_begin(d, a, &s));
	for (size_t i = 0; i < d->rows; i++)
		f.events += d->event[i] != 0;
	if (!begin_alike(&s, f.events))
		return ERR_INPUT;
	TRY(maximise(&s));
	f.log_likelihood = s.value;
	memcpy(f.b, s.b, sizeof f.b);
	for (size_t j = 0; j < d->columns; j++) {
		double unit[P] = { 0 };
		unit[j] = 1;
		solve(s.root, d->columns, unit);
		f.error[j] = sqrt(unit[j]);
	}
	TRY(person_errors(&s, f.error_person));
	*out = f;
	return ERR_OK;
}

void model_hazard_residuals(const struct model_hazard_data *d, const double *b, double *out)
{
	for (size_t i = 0; i < d->rows; i++)
		out[i] = terms_of(d->link, eta_of(d->x + i * d->columns, b, d->columns), d->event[i]).score;
}

/* How far the profile at b[fixed] = value lies below the top, less DROP_95. A maximum that is not found lies deep. */
static double depth_at(struct search *s, double value, double top)
{
	s->b[s->fixed] = value;
	return maximise(s) == ERR_OK ? top - s->value - DROP_95 : INFINITY;
}

/* Where the depth is 0 on one side: steps outward of one standard error, then the interval halved. */
static double limit_of(struct search *s, const struct model_hazard_fit *fit, double sign)
{
	double middle = fit->b[s->fixed], in = 0, out = 1.96 * fit->error[s->fixed];
	memcpy(s->b, fit->b, sizeof s->b);
	struct search near = *s;
	while (out < PROFILE_REACH && depth_at(s, middle + sign * out, fit->log_likelihood) < 0) {
		near = *s;
		in = out;
		out += fit->error[s->fixed];
	}
	if (out >= PROFILE_REACH)
		return sign * INFINITY;
	for (size_t i = 0; i < PROFILE_TRIES && out - in > .01 * fit->error[s->fixed]; i++) {
		double half = (in + out) / 2;
		*s = near;
		if (depth_at(s, middle + sign * half, fit->log_likelihood) < 0) {
			near = *s;
			in = half;
		} else {
			out = half;
		}
	}
	return middle + sign * (in + out) / 2;
}

enum err model_hazard_interval(const struct model_hazard_data *d, const struct model_hazard_fit *fit, size_t column,
	struct arena *a, double *out_low, double *out_high)
{
	struct search s;
	TRY(search_begin(d, a, &s));
	if (column >= d->columns)
		return ERR_LIMIT;
	double b = fit->b[column], error = fit->error[column], wider = fit->error_person[column] / error;
	double low = b - NORMAL_95 * error, high = b + NORMAL_95 * error;
	if (fit->events < MODEL_HAZARD_FEW_EVENTS && d->columns > 1) {
		s.fixed = column;
		low = limit_of(&s, fit, -1);
		high = limit_of(&s, fit, 1);
	}
	wider = wider > 1 ? wider : 1;
	*out_low = b - (b - low) * wider;
	*out_high = b + (high - b) * wider;
	return ERR_OK;
}
