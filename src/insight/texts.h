/* Reading what was said, for the failings: each text becomes a few flags and the hashes of its words, and is forgotten. */
#ifndef HEARTH_INSIGHT_TEXTS_H
#define HEARTH_INSIGHT_TEXTS_H

#include "warmth/warmth.h"

struct texts;
enum err texts_new(struct texts **out) MUST_USE; /* ERR_MEMORY */
void texts_free(struct texts *t);
/* Read a text said by who (any number that stands for one person in one group): flags of enum warmth_flag. */
enum err texts_read(struct texts *t, uint64_t who, struct str text, unsigned *out_flags) MUST_USE;
/* The words of the text read last go to the talk that was just added. */
enum err texts_add_words(const struct texts *t, struct warmth *w, int32_t person, int64_t at_us) MUST_USE;

#endif
