/* Included by failings_part.c: usual and notable of each part, for 5 to 14, 15 to 49 and more speakers. Measured on
 * 2026-11-22 by bench/failings-reference (docs/failings.md tells how): */
[WARMTH_PART_UNWELCOMED] = { { .40, .78 }, { .45, .78 }, { .32, .64 } },
[WARMTH_PART_LAST_WORD] = { { .15, 1.77 }, { -.01, .63 }, { .02, .86 } },
[WARMTH_PART_HUSHED] = { { .05, 1.45 }, { .07, 1.14 }, { .06, .79 } },
[WARMTH_PART_TAKES] = { { .45, .62 }, { .46, .59 }, { .51, .58 } },
[WARMTH_PART_CAMPS] = { { .14, .34 }, { .14, .34 }, { .17, .34 } },
/* Ours, measured on nothing but simulated groups: */
[WARMTH_PART_WEEKS_MISSED] = { { .1, .5 }, { .1, .5 }, { .1, .5 } },
[WARMTH_PART_SELLING] = { { 0, .15 }, { 0, .15 }, { 0, .15 } },
[WARMTH_PART_REMOVED] = { { 0, .1 }, { 0, .1 }, { 0, .1 } },
[WARMTH_PART_OPENS] = { { .5, .9 }, { .5, .9 }, { .5, .9 } },
[WARMTH_PART_UNHEARD] = { { -1, -.25 }, { -1, -.25 }, { -1, -.25 } },
[WARMTH_PART_UNLIKE] = { { .25, .5 }, { .25, .5 }, { .25, .5 } },
