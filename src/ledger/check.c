/*
 * The check of the ledger. What does not fit is gathered, kept in the order of positions and told at the end, so that the first
 * entry that does not fit is told first, whichever part of the check met it.
 */
#include <stdio.h>

#include "ledger/seal_private.h"

static bool comes_before(bool beside, int64_t position, const struct finding *g)
{
	return beside != g->beside ? g->beside : position < g->position;
}

static void add(struct findings *f, bool beside, int64_t position, const char *format, va_list args)
{
	size_t at = f->kept;
	f->all++;
	if (at == LEDGER_FINDINGS_MAX && !comes_before(beside, position, &f->list[at - 1]))
		return;
	if (at == LEDGER_FINDINGS_MAX)
		at--;
	else
		f->kept++;
	for (; at > 0 && comes_before(beside, position, &f->list[at - 1]); at--)
		f->list[at] = f->list[at - 1];
	f->list[at].beside = beside;
	f->list[at].position = position;
	vsnprintf(f->list[at].what, sizeof f->list[at].what, format, args);
}

void finding_add(struct findings *f, int64_t position, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(f, false, position, format, args);
	va_end(args);
}

void finding_beside(struct findings *f, int64_t position, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(f, true, position, format, args);
	va_end(args);
}

/* ---- an entry in itself ---- */

static int64_t plus(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); } /* of what somebody wrote in: wraps */

struct shape {
	size_t legs_min, legs_max;
	bool moves, holds, of_hold, expires; /* amounts are not zero; held changes; names a hold; has a time */
};
static const struct shape shapes[] = {
	[LEDGER_TRANSFER] = { 2, LEDGER_LEGS_MAX, true, false, false, false },
	[LEDGER_HOLD] = { 1, 1, false, true, false, true },
	[LEDGER_POST] = { 1, 2, false, true, true, false }, /* one leg: to the account itself */
	[LEDGER_VOID] = { 1, 1, false, true, true, false },
	[LEDGER_EXPIRE] = { 1, 1, false, true, true, false },
};

static void check_legs(struct findings *f, const struct ledger_whole *e, const struct shape *s)
{
	int64_t sum = 0, held = 0;
	size_t n = e->leg_count < LEDGER_LEGS_MAX ? e->leg_count : LEDGER_LEGS_MAX;
	for (size_t i = 0; i < n; i++) {
		const struct ledger_whole_leg *l = &e->legs[i];
		sum = plus(sum, l->amount);
		held = plus(held, l->held);
		if (!l->known)
			finding_add(f, e->position, "it moves account %lld, which is not there", (long long)l->account);
		else if (e->legs[0].known && !str_eq(l->currency, e->legs[0].currency))
			finding_add(f, e->position, "its legs are of two currencies");
		if (s->moves && l->amount == 0)
			finding_add(f, e->position, "it moves nothing on account %lld", (long long)l->account);
	}
	if (sum != 0)
		finding_add(f, e->position, "its amounts sum to %lld and not to zero", (long long)sum);
	if (!s->holds && held != 0)
		finding_add(f, e->position, "it changes what is held by %lld, which its kind does not", (long long)held);
	if (s->holds && (s->of_hold ? held > 0 : held <= 0))
		finding_add(f, e->position, "it changes what is held by %lld, which its kind cannot", (long long)held);
}

void check_shape(struct findings *f, const struct ledger_whole *e)
{
	if (e->kind < LEDGER_TRANSFER || e->kind > LEDGER_EXPIRE) {
		finding_add(f, e->position, "it is of kind %lld, which does not exist", (long long)e->kind);
		return;
	}
	const struct shape *s = &shapes[e->kind];
	if (e->leg_count < s->legs_min || e->leg_count > s->legs_max)
		finding_add(f, e->position, "it has %zu legs; one of its kind has %zu to %zu", e->leg_count, s->legs_min, s->legs_max);
	if (e->has_hold != s->of_hold || (e->has_hold && (e->hold <= 0 || e->hold >= e->position)))
		finding_add(f, e->position, "the hold it names (%lld) cannot be one of its kind's", (long long)e->hold);
	if (e->has_expires != s->expires)
		finding_add(f, e->position, "it %s a time to end, unlike its kind", e->has_expires ? "has" : "lacks");
	check_legs(f, e, s);
}

/* ---- roots ---- */

void check_root(struct findings *f, const struct ledger_root *r, const uint8_t *public_key, int64_t position)
{
	if (public_key && memcmp(public_key, r->public_key, SIGN_PUBLIC_BYTES) != 0)
		finding_beside(f, position, "the root of day %lld is signed with another key than the site's", (long long)r->day);
	else if (!ledger_root_signed(r))
		finding_beside(f, position, "the root of day %lld has a signature that does not fit", (long long)r->day);
}

/* ---- since the last seal ---- */

static enum err check_last_seal(struct db_conn *c, struct findings *f, struct ledger_place *out_place)
{
	CLEANUP(stored_seal_drop) struct stored_seal last = STORED_SEAL, before = STORED_SEAL;
	struct hash chain;
	enum err e = seal_last(c, &last);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	TRY(e);
	if (last.number > 1) {
		e = seal_after(c, last.number - 2, &before);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		if (e == ERR_NOT_FOUND || before.number != last.number - 1)
			finding_beside(f, last.last_position, "the seal before seal %lld is gone", (long long)last.number);
	}
	TRY(seal_chain(&before.chain, last.number, last.day, buf_str(&last.leaves), &chain));
	if (!last.chain_fits_size || !proof_equal(hash_str(&chain), hash_str(&last.chain)))
		finding_beside(f, last.last_position, "seal %lld, the last one, does not hang on the chain", (long long)last.number);
	*out_place = (struct ledger_place){ last.last_xid, last.last_position };
	return ERR_OK;
}

static enum err check_last_root(struct db_conn *c, const uint8_t *public_key, struct findings *f)
{
	struct ledger_root root;
	int64_t count, first, last;
	TRY(root_span(c, &count, &first, &last));
	if (count == 0)
		return ERR_OK;
	enum err e = root_get(c, last, &root);
	if (e == ERR_OK)
		check_root(f, &root, public_key, FINDINGS_NOWHERE);
	else if (e == ERR_DAMAGED)
		finding_beside(f, FINDINGS_NOWHERE, "the root of day %lld cannot be read", (long long)last);
	else
		return e;
	return ERR_OK;
}

/* *out_too_many: then nothing is said yet, and the whole check, which costs less an entry, has to. */
static enum err check_recent(struct db_conn *c, const uint8_t *public_key, struct findings *f, bool *out_too_many)
{
	CLEANUP(ledger_walk_end) struct ledger_walk walk;
	struct ledger_place place = { 0, 0 };
	const struct ledger_whole *e;
	int64_t last;
	TRY(check_last_seal(c, f, &place));
	TRY(check_last_root(c, public_key, f));
	ledger_walk_begin(&walk, c, LEDGER_AS_SEALED, place, INT64_MAX);
	for (int64_t seen = 0;; seen++) {
		TRY(ledger_walk_next(&walk, &e));
		*out_too_many = e && seen == LEDGER_RECENT_MAX;
		if (e == NULL || *out_too_many)
			return ERR_OK;
		check_shape(f, e);
		for (size_t i = 0; i < e->leg_count && i < LEDGER_LEGS_MAX; i++)
			TRY(check_leg_here(c, f, e->position, &e->legs[i]));
		int64_t hold = e->kind == LEDGER_HOLD ? e->position : e->hold;
		if (hold == 0)
			continue;
		TRY(check_hold_end(c, hold, &last));
		if (last <= e->position) /* once a hold: all that it has is looked at together */
			TRY(check_holds(c, f, hold, hold));
	}
}

enum err ledger_check(struct db_conn *c, enum ledger_check_of what, const uint8_t *public_key, void (*say)(void *arg, const char *finding),
	void *arg)
{
	struct findings f = { 0 };
	bool whole = what == LEDGER_WHOLE;
	if (!whole)
		TRY(check_recent(c, public_key, &f, &whole));
	if (whole) {
		f = (struct findings){ 0 };
		TRY(check_sealed(c, public_key, &f));
		TRY(check_accounts(c, &f));
		TRY(check_holds(c, &f, 0, INT64_MAX));
		TRY(check_orphans(c, &f));
	}
	TRY(findings_say(c, &f, say, arg));
	return f.all ? ERR_DAMAGED : ERR_OK;
}
