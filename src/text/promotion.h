/*
 * promotion: what in one line of Chinese, English or mixed text speaks of selling, and whether it calls people to
 * something or asks.
 *
 * Promises: a function of the text alone, linear in it. Says which signs were seen, so that the owner can be shown
 * why. The weights are ours: tried on the lines of tests/unit/text_words.c, untested on real groups.
 * Used by: insight (flags of warmth's events). Owns: nothing. Not here: pictures (a QR code within one is not
 * read), who said it, whether anybody minds (warmth's failings).
 */
#ifndef HEARTH_TEXT_PROMOTION_H
#define HEARTH_TEXT_PROMOTION_H

#include "base/base.h"

enum promotion_sign {
	PROMOTION_PRICE = 1,      /* a number with a currency */
	PROMOTION_LINK = 2,       /* any address but one of a map */
	PROMOTION_SHOP = 4,       /* a link to a known shop, or its pass phrase */
	PROMOTION_CONTACT = 8,    /* a WeChat id, a mobile number, a QR code to scan, "write to me" */
	PROMOTION_ORDER = 16,     /* ordering: "order now", 下单, 包邮 … */
	PROMOTION_DISCOUNT = 32,
	PROMOTION_URGENCY = 64,
	PROMOTION_TOLD = 128,     /* somebody tells what he bought, or asks about it: speaks against */
	PROMOTION_MAP = 256,      /* a link to a map */
	/* not about selling: */
	PROMOTION_CALLS = 512,    /* calls to an activity: @all, 接龙, sign up, vote */
	PROMOTION_ASKS = 1024     /* a question */
};

/*
 * score = 2 (ORDER + SHOP) + PRICE + LINK + CONTACT + DISCOUNT + URGENCY - 2 TOLD - (ASKS and not CONTACT); a
 * promotion from PROMOTION_SCORE_MIN on. So no one sign is enough: a price in talk, a map, a link, an id are none.
 */
#define PROMOTION_SCORE_MIN 3
struct promotion {
	unsigned signs; /* enum promotion_sign */
	int score;
	bool promotes;
};

/* folded: as words_folded gives it (NFKC, case folded). Any bytes are taken. */
struct promotion promotion_of(struct str folded);

#endif
