/* The words of the report; the table is words.c. */
#ifndef HEARTH_REPORT_WORDS_PRIVATE_H
#define HEARTH_REPORT_WORDS_PRIVATE_H

enum word {
#define WORD(name, zh, en) W_##name,
#include "report/words_table_private.h"
#undef WORD
	WORDS
};
const char *word_text(enum word w, int chinese);

#endif
