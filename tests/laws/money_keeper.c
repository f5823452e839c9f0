/* See money_keeper.h. */
#include "money_keeper.h"

#include <stdio.h>
#include <stdlib.h>

#include "db/db_private.h"
#include "ledger/seal.h"

#define ROUNDS_MAX 100 /* days that may wait to be signed after a jump of the clock */

struct keeper {
	struct db_conn *c;
	struct sign_key key;
};

struct keeper *keeper_open(struct db *db)
{
	struct keeper *k = calloc(1, sizeof *k);
	if (k == NULL || db_connect(db, false, &k->c) != ERR_OK)
		abort();
	ledger_key(STR("a secret of the test's own, which is long enough"), &k->key);
	return k;
}

void keeper_close(struct keeper *k)
{
	db_disconnect(k->c);
	free(k);
}

void keeper_checkpoint(struct keeper *k) { (void)!db_checkpoint(k->c); }

static enum err one_round(struct keeper *k, bool sign, bool *out_more)
{
	*out_more = false;
	enum err e = db_begin(k->c, true);
	if (e == ERR_OK)
		e = sign ? ledger_root_round(k->c, &k->key, clock_wall_us(), out_more) : ledger_seal_round(k->c, clock_wall_us(), out_more);
	if (e == ERR_OK)
		e = db_commit(k->c);
	if (e != ERR_OK)
		db_rollback(k->c);
	return e;
}

void keeper_seal(struct keeper *k)
{
	bool more = true;
	for (int i = 0; i < ROUNDS_MAX && more; i++)
		if (one_round(k, false, &more) != ERR_OK)
			return;
	more = true;
	for (int i = 0; i < ROUNDS_MAX && more; i++)
		if (one_round(k, true, &more) != ERR_OK)
			return;
}

void keeper_empty_log(struct keeper *k)
{
	if (k->c->driver->script(k->c, "PRAGMA wal_checkpoint(TRUNCATE)") != ERR_OK)
		abort();
}

static void keep_finding(void *arg, const char *finding)
{
	char *text = arg;
	if (text[0] == '\0')
		snprintf(text, 200, "%s", finding);
}

const char *keeper_finds(struct keeper *k, bool whole)
{
	static char found[200];
	found[0] = '\0';
	enum err e = db_begin(k->c, false);
	if (e == ERR_OK)
		e = ledger_check(k->c, whole ? LEDGER_WHOLE : LEDGER_SINCE_LAST_SEAL, whole ? k->key.public_key : NULL, keep_finding, found);
	db_rollback(k->c);
	if (e != ERR_OK && found[0] == '\0')
		snprintf(found, sizeof found, "the ledger cannot be checked: %s", err_name(e));
	return found[0] ? found : NULL;
}
