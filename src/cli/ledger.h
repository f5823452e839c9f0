/* What the commands about the ledger share. Nobody outside cli includes it. */
#ifndef HEARTH_CLI_LEDGER_H
#define HEARTH_CLI_LEDGER_H

#include <stdio.h>

#include "ledger/seal.h"

enum ledger_format { LEDGER_HLEDGER, LEDGER_BEANCOUNT, LEDGER_CSV };
/* The ledger of the caller's reading transaction, in a bookkeeper's format. ERR_IO: it could not be written. */
enum err cli_ledger_export(struct db_conn *c, enum ledger_format format, FILE *to) MUST_USE;

/* The whole ledger, or what came since the last seal, in a transaction of its own; with the site's key where there is one. */
enum err cli_ledger_check(struct db *d, enum ledger_check_of of, void (*say)(void *arg, const char *finding), void *arg) MUST_USE;

#endif
