/* What silence_order.c and silence_null.c share. */
#ifndef HEARTH_WARMTH_SILENCE_PRIVATE_H
#define HEARTH_WARMTH_SILENCE_PRIVATE_H

#include "model/hazard.h"
#include "warmth/warmth_private.h"

/* One regular in one block in which his leaving would have been seen. */
struct at_risk {
	uint32_t regular, block, days, steps;
	bool core, left;
	double rate, bend, usual;  /* ln days; the spline's second column; ln rate of all his time before */
	double expected, residual; /* departures, from the fit without core; and what happened, less that */
};
struct silence {
	const struct answering *x;
	struct regulars regulars;
	bool *in_core;             /* of the block at hand, per member */
	struct at_risk *risk;      /* block after block, the latest first */
	size_t count, room, rows;
	uint32_t blocks;
	bool has_rate, has_bend;
};

/* Fills the three p. ERR_MEMORY. */
enum err silence_nulls(const struct silence *s, struct warmth_silence_order *o) MUST_USE;

#endif
