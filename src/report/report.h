/*
 * report: a diagnosis shown to programs (JSON), on a page (HTML) and in a terminal (plain text).
 *
 * Promises: the JSON has the exact form below; the page is one file without scripts or foreign addresses, in Chinese or
 * English, light and dark, readable at 320 px and on grey A4; everything that came from a file is escaped; what is
 * unknown is said to be unknown, with the reason. Used by: cli (diagnose), api (the page of a dropped file). Owns:
 * nothing. Not here: any formula (warmth).
 */
#ifndef HEARTH_REPORT_H
#define HEARTH_REPORT_H

#include "base/base.h"
#include "insight/insight.h"

#define REPORT_BYTES_MAX (1ull << 30)  /* a fit limit for the buffers */
#define REPORT_PEOPLE_SHOWN 200u       /* in the table of a page; the JSON has all */
#define REPORT_PEOPLE_KEPT 2000u
#define REPORT_WEEKS_SHOWN 260u        /* rows in the table of a page */
#define REPORT_CURVE_WEEKS 104u        /* in the curve */
#define REPORT_GREETED 8u              /* people worth a greeting */
#define REPORT_GREETED_QUIET_DAYS 180u /* whoever is quiet for longer has his own life now */
#define REPORT_FORECASTS_SHOWN 13u     /* past ones, a year */
#define REPORT_CORE_SHOWN 10u

/*
 * {"groups":[{"group","format","span":{"first","last"},"messages","members","joins","leaves",
 *   "series":[{"week","messages","speakers"}],"people":[{"name","messages","first","last","silent"}],
 *   "order_of_silence":{"rho","low","high","p_null","gone"},"skipped":{"lines","examples":[{"file","line","text"}]}}]}
 * and beside "groups" the "lines" of all files and "skipped" of all, with those examples that stand in no group.
 * Times are RFC 3339 in UTC, a week is its Monday 00:00, unknown is null. More fields may be added; these stay.
 */
enum err report_json(const struct insight_diagnosis *d, struct buf *out) MUST_USE;
/* One group alone, to be kept and shown: the object that stands in "groups", with the REPORT_PEOPLE_KEPT who wrote most. A live group has "leaves_why" where too few left to be counted. */
enum err report_json_group(const struct insight_group *g, struct buf *out) MUST_USE;
/* "no_persistence" …; static. */
const char *failing_key_of(enum warmth_failing_kind kind);
/* Who is worth a greeting: indexes in reading.people, the newest silence first; gives how many. In a group that lives here
 * only who agreed. */
size_t report_greeted(const struct insight_group *g, size_t out_people[REPORT_GREETED]);
enum err report_html(const struct insight_diagnosis *d, bool chinese, struct buf *out) MUST_USE;
enum err report_plain(const struct insight_diagnosis *d, bool chinese, struct buf *out) MUST_USE;

#endif
