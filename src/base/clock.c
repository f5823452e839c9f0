/* Time and the calendar; the real world, and the place where a rehearsal puts its own. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "base/base.h"

static int64_t real_us(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

static int64_t real_wall_us(void *state) { return real_us(CLOCK_REALTIME); }
static int64_t real_mono_us(void *state) { return real_us(CLOCK_MONOTONIC); }

static void real_random(void *state, void *out, size_t n)
{
	for (char *p = out; n > 0;) {
		ssize_t got = getrandom(p, n < 256 ? n : 256, 0);
		if (got <= 0)
			abort(); /* a server without randomness must not run */
		p += got;
		n -= (size_t)got;
	}
}

static const struct world real_world = { real_wall_us, real_mono_us, real_random, NULL };
static struct world the_world = { real_wall_us, real_mono_us, real_random, NULL };

void world_set(const struct world *w) { the_world = w ? *w : real_world; }
int64_t clock_wall_us(void) { return the_world.wall_us(the_world.state); }
int64_t clock_mono_us(void) { return the_world.mono_us(the_world.state); }
void random_bytes(void *out, size_t n) { the_world.random(the_world.state, out, n); }

int64_t days_from_date(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

struct date date_from_us(int64_t wall_us)
{
	int64_t days = floor_div(wall_us, US_PER_DAY), of_day = (wall_us - days * US_PER_DAY) / US_PER_S;
	int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	return (struct date){ (int)(yoe + era * 400 + (month <= 2)), month, (int)(doy - (153 * mp + 2) / 5 + 1),
		(int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60) };
}

int64_t us_from_date(struct date d)
{
	int64_t seconds = days_from_date(d.year, d.month, d.day) * 86400 + d.hour * 3600 + d.minute * 60 + d.second;
	return seconds * US_PER_S;
}

bool date_is_real(struct date d)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (d.year < 0 || d.year > 9999 || d.month < 1 || d.month > 12 || d.day < 1)
		return false;
	bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;
	return d.day <= lengths[d.month - 1] + (d.month == 2 && leap) && d.hour >= 0 && d.hour < 24 && d.minute >= 0 &&
		d.minute < 60 && d.second >= 0 && d.second <= 60;
}

void date_print(int64_t wall_us, char out[21])
{
	struct date d = date_from_us(wall_us);
	unsigned year = d.year < 0 || d.year > 9999 ? 0 : (unsigned)d.year;
	snprintf(out, 21, "%04u-%02u-%02uT%02u:%02u:%02uZ", year, (unsigned)d.month % 100, (unsigned)d.day % 100,
		(unsigned)d.hour % 100, (unsigned)d.minute % 100, (unsigned)d.second % 100);
}

/* n digits off the front of *s. */
static bool digits(struct str *s, size_t n, int *out)
{
	int value = 0;
	for (size_t i = 0; i < n; i++) {
		if (i >= s->n || s->p[i] < '0' || s->p[i] > '9')
			return false;
		value = value * 10 + (s->p[i] - '0');
	}
	*s = str_from(*s, n);
	*out = value;
	return true;
}

static bool sign(struct str *s, const char *any_of, char *out)
{
	if (s->n == 0 || strchr(any_of, s->p[0]) == NULL)
		return false;
	*out = s->p[0];
	*s = str_from(*s, 1);
	return true;
}

/* ":SS", a fraction and an offset, each as far as it is there. */
static bool date_tail(struct str *s, struct date *d, int64_t *fraction_us, int64_t *offset_s)
{
	char c;
	if (sign(s, ":", &c) && !digits(s, 2, &d->second))
		return false;
	if (sign(s, ".,", &c)) {
		int64_t unit = 100000;
		for (; s->n && s->p[0] >= '0' && s->p[0] <= '9'; unit /= 10, *s = str_from(*s, 1))
			*fraction_us += (s->p[0] - '0') * unit;
	}
	if (sign(s, "zZ", &c) || s->n == 0)
		return true;
	int hours, minutes = 0;
	if (!sign(s, "+-", &c) || !digits(s, 2, &hours) || hours > 18)
		return false;
	char colon;
	(void)sign(s, ":", &colon);
	if (s->n && (!digits(s, 2, &minutes) || minutes > 59))
		return false;
	*offset_s = (hours * 3600 + minutes * 60) * (c == '-' ? -1 : 1);
	return true;
}

enum err date_parse(struct str s, int64_t *out_wall_us)
{
	struct date d = { 0 };
	int64_t fraction_us = 0, offset_s = 0;
	char c;
	bool ok = digits(&s, 4, &d.year) && sign(&s, "-", &c) && digits(&s, 2, &d.month) && sign(&s, "-", &c) && digits(&s, 2, &d.day);
	if (ok && s.n)
		ok = sign(&s, "Tt ", &c) && digits(&s, 2, &d.hour) && sign(&s, ":", &c) && digits(&s, 2, &d.minute) &&
			date_tail(&s, &d, &fraction_us, &offset_s);
	if (!ok || s.n || !date_is_real(d))
		return ERR_INPUT;
	*out_wall_us = us_from_date(d) + fraction_us - offset_s * US_PER_S;
	return ERR_OK;
}
