/*
 * departure: who fell silent for good, when, and until when we could have known.
 *
 * A departure is the last day of a regular whose silence since is beyond his own rhythm (p_silent in warmth.h) and
 * has lasted WARMTH_GONE_DAYS; it was never broken until at. Nobody's last weeks can be judged: needed_days of
 * silence are what his rhythm asks for, and from known_day = at - needed_days + 1 on he is censored, whether he speaks
 * or not. A slow member is so watched for a shorter time than a quick one, but while he is watched his leaving would
 * have been seen.
 * Called by: silence_order.c, contagion.c. Inside this room only. Owns: nothing. Not here: what departures mean.
 */
#ifndef HEARTH_WARMTH_DEPARTURE_H
#define HEARTH_WARMTH_DEPARTURE_H

#include "warmth/warmth.h"

struct answering;

struct watched {
	size_t member;       /* index in members */
	int32_t entry_day;   /* the day after he had become a regular: from here on he can leave */
	int32_t last_day;    /* on which he spoke */
	int32_t known_day;   /* departures from here on cannot be known */
	uint32_t needed_days;
	bool left;           /* last_day < known_day, and he has been silent since */
	double gap_mean, gap_sd; /* of ln(gap in days), for series like his */
};
struct regulars {
	struct watched *who; /* in the order of members */
	size_t count, left;
};
/* Regulars whose rhythm is known and who could be judged at least for a day; in the answer's arena. ERR_MEMORY. */
enum err regulars_of(const struct answering *x, struct regulars *out) MUST_USE;

#endif
