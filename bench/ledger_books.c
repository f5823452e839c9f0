/*
 * How long the ledger's seals, proofs and check take: fills a folder (or a PostgreSQL database) with entries through the ledger's own
 * calls, seals them, and measures.
 *
 *   ledger_books FOLDER|postgres://… ENTRIES MEMBERS
 *
 * A tenth of the entries are holds, three tenths posts of them, the rest transfers. What is there already is kept and added to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "ledger/seal.h"

#define BATCH 5000
#define DAY INT64_C(20000)

struct bench {
	struct db *db;
	struct db_conn *c;
	struct sign_key key;
	int64_t *members, member_count, entries, base;
};

static void must(enum err e, const char *what)
{
	if (e != ERR_OK) {
		fprintf(stderr, "%s: %s\n", what, err_name(e));
		exit(1);
	}
}

static void say_finding(void *arg, const char *finding) { fprintf(stderr, "%s\n", finding); }

static double since_ms(int64_t began_us) { return (double)(clock_mono_us() - began_us) / 1000; }

static double cpu_ms(void)
{
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000;
}

/* The processor's time too: on a busy machine it is the better one. */
static void told(const char *what, double ms)
{
	static double cpu_before;
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	printf("%-24s %9.1f ms  %9.1f ms of the processor  %4ld MB at most so far\n", what, ms, cpu_ms() - cpu_before, use.ru_maxrss / 1024);
	fflush(stdout);
	cpu_before = cpu_ms();
}

static void one(struct bench *b, int64_t i, int64_t *hold)
{
	char id[40];
	int64_t entry, from = b->members[i % b->member_count], to = b->members[(i * 7 + 3) % b->member_count];
	const struct ledger_act act = { .caller_id = { id, (size_t)snprintf(id, sizeof id, "bench/%lld", (long long)(b->base + i)) },
		.purpose = LEDGER_PACKET, .subject = i / 100, .actor = i % b->member_count, .at_us = DAY * US_PER_DAY + i };
	const struct ledger_leg legs[] = { { from, -5 }, { to == from ? b->members[(i + 1) % b->member_count] : to, 5 } };
	if (i % 10 == 0)
		must(ledger_hold(b->c, &act, from, 30, act.at_us + US_PER_DAY, hold, NULL), "hold");
	else if (i % 10 <= 3)
		must(ledger_post(b->c, &act, *hold, to, 10, &entry, NULL), "post");
	else
		must(ledger_transfer(b->c, &act, legs, 2, &entry, NULL), "transfer");
}

static void fill(struct bench *b)
{
	int64_t hold = 0;
	must(db_begin(b->c, true), "begin");
	for (int64_t i = 0; i < b->member_count; i++)
		must(ledger_account_open(b->c, LEDGER_MEMBER, i + 1, STR(LEDGER_POINTS), LEDGER_NO_FLOOR, 1, &b->members[i]), "account");
	must(db_commit(b->c), "commit");
	int64_t began_us = clock_mono_us();
	for (int64_t i = 0; i < b->entries;) {
		must(db_begin(b->c, true), "begin");
		for (int64_t k = 0; k < BATCH && i < b->entries; k++, i++)
			one(b, i, &hold);
		must(db_commit(b->c), "commit");
	}
	told("filling", since_ms(began_us));
}

static void seal_all(struct bench *b)
{
	int64_t began_us = clock_mono_us();
	double most = 0, most_keep = 0;
	int64_t seals = 0;
	for (bool more = true; more; seals++) {
		CLEANUP(ledger_seal_drop) struct ledger_seal s = LEDGER_SEAL;
		int64_t at_us = clock_mono_us();
		must(ledger_seal_make(b->c, DAY * US_PER_DAY, &s), "seal");
		double make = since_ms(at_us);
		at_us = clock_mono_us();
		must(db_begin(b->c, true), "begin");
		must(ledger_seal_keep(b->c, &s), "seal");
		must(db_commit(b->c), "commit");
		double keep = since_ms(at_us);
		most = make > most ? make : most;
		most_keep = keep > most_keep ? keep : most_keep;
		more = s.more;
	}
	told("sealing all", since_ms(began_us));
	printf("  %lld seals; the slowest took %.1f ms to read and hash, %.1f ms of the writer\n", (long long)seals, most, most_keep);
}

int main(int argc, char **argv)
{
	struct bench b = { .base = clock_wall_us() };
	if (argc != 4 || str_int(str_of(argv[2]), 0, INT64_C(100000000), &b.entries) != ERR_OK ||
		str_int(str_of(argv[3]), 2, 10000000, &b.member_count) != ERR_OK) {
		fprintf(stderr, "ledger_books FOLDER|postgres://… ENTRIES MEMBERS\n");
		return 2;
	}
	b.members = calloc((size_t)b.member_count, sizeof *b.members);
	must(proof_init(), "init");
	must(db_open(&(struct db_options){ .url = argv[1], .sync_off = true }, &b.db), "open");
	must(db_connect(b.db, false, &b.c), "connect");
	ledger_key(STR("a secret of thirty-two bytes …"), &b.key);
	fill(&b);
	int64_t began_us = clock_mono_us();
	must(ledger_check(b.c, LEDGER_SINCE_LAST_SEAL, b.key.public_key, say_finding, NULL), "check");
	told("start, nothing sealed", since_ms(began_us));
	seal_all(&b);
	bool made;
	began_us = clock_mono_us();
	must(ledger_root_round(b.c, &b.key, (DAY + 1) * US_PER_DAY, &made), "root");
	told("the day's root", since_ms(began_us));
	began_us = clock_mono_us();
	must(ledger_check(b.c, LEDGER_SINCE_LAST_SEAL, b.key.public_key, say_finding, NULL), "check");
	told("start, all sealed", since_ms(began_us));
	CLEANUP(arena_drop) struct arena *a = arena_new(1u << 20);
	struct ledger_proof p;
	began_us = clock_mono_us();
	must(ledger_proof(b.c, a, b.entries / 2 + 1, &p), "proof");
	told("a proof", since_ms(began_us));
	began_us = clock_mono_us();
	must(ledger_check(b.c, LEDGER_WHOLE, b.key.public_key, say_finding, NULL), "check");
	told("the whole check", since_ms(began_us));
	db_disconnect(b.c);
	db_close(b.db);
	free(b.members);
	return 0;
}
