/*
 * The words of the report, both languages side by side (the table itself is words_table_private.h, so that a word is added
 * in one place). Called by: say.c. Not here: how words are filled in and escaped.
 */
#include "report/report_private.h"

static const char *const words[WORDS][2] = {
#define WORD(name, zh, en) { en, zh },
#include "report/words_table_private.h"
#undef WORD
};

const char *word_text(enum word w, int chinese) { return words[w][chinese ? 1 : 0]; }
