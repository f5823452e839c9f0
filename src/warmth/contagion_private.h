/* What contagion.c and tie_loss.c share. */
#ifndef HEARTH_WARMTH_CONTAGION_PRIVATE_H
#define HEARTH_WARMTH_CONTAGION_PRIVATE_H

#include "model/hazard.h"
#include "warmth/warmth_private.h"

#define CONTAGION_WEEK_DAYS 7
#define CONTAGION_CLASSES 7u
static_assert(WARMTH_CONTAGION_WEEKS_MAX * CONTAGION_CLASSES <= UINT16_MAX, "a stratum's number fits");

/* One regular's weeks at risk. */
struct at_risk_weeks {
	uint32_t first, count; /* of the group's weeks; count 0: never */
	bool left;             /* in the last of them */
	uint16_t *stratum;     /* of each: week and class of rate */
	bool *lost;            /* of each: he had just lost a tie */
	uint32_t losses, first_loss;
};
struct contagion {
	const struct answering *x;
	const struct regulars *regulars;
	struct at_risk_weeks *risk; /* of each regular */
	uint32_t weeks;
	int32_t base_day;           /* the first week's first day */
	size_t gone;
};

/* Marks who had lost a tie when. ERR_MEMORY. */
enum err losses_of(struct contagion *c) MUST_USE;

#endif
