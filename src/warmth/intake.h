/*
 * intake: who came in, whether somebody answered, and who came back.
 *
 * Part of warmth.h, which includes it. Everything here is observed, nothing was tried: those who are answered may be
 * those who would have come back anyway, so the two shares beside each other are no effect.
 * Not here: runs of one author that nobody answers (that is about all messages, this about first ones).
 */
#ifndef HEARTH_WARMTH_INTAKE_H
#define HEARTH_WARMTH_INTAKE_H

#include "base/base.h"

#define WARMTH_INTAKE_STEPS 13u       /* steps of 28 days looked at, counted back from at */
#define WARMTH_INTAKE_STEP_DAYS 28
#define WARMTH_INTAKE_EARLY_DAYS 28   /* who speaks first so soon after a log begins was there before */
#define WARMTH_INTAKE_ANSWER_US US_PER_DAY
#define WARMTH_INTAKE_SOON_DAYS 14
#define WARMTH_INTAKE_LATER_DAYS 28

/* of among all, with Wilson's (1927) 95 % interval; the three are NaN when all is 0. */
struct warmth_portion {
	uint64_t of, all;
	double share, low, high;
};
struct warmth_portion warmth_portion_of(uint64_t of, uint64_t all);

/* Of those who first spoke in the window and have been watched for as long as is asked about. A member is answered
 * when, within 24 hours of his first message, another replied to him or named him (addressed), or spoke next after
 * him. He is back when he spoke on a later day, at the latest so many days on. Ids that many share are left out. */
struct warmth_intake {
	int64_t from_us, to_us;
	uint32_t newcomers[WARMTH_INTAKE_STEPS];  /* the latest step first; a step before the log began has 0 */
	uint32_t unanswered_newcomers[WARMTH_INTAKE_STEPS];
	struct warmth_portion unanswered, addressed; /* of the newcomers of the window, seen for a day */
	struct warmth_portion back_soon_answered, back_soon_unanswered;   /* within 14 days */
	struct warmth_portion back_later_answered, back_later_unanswered; /* within 28 days */
	/* Part of the answered; says more where somebody always speaks next. */
	struct warmth_portion back_soon_addressed, back_later_addressed;
	/* Of those with a recorded join who had not spoken before: spoke within 14 days. all is 0 where a format has no
	 * joins. */
	struct warmth_portion joiners_spoke;
};

#endif
