/* See money_laws.h. */
#include "money_laws.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "packet/fair.h"

static const struct {
	const char *what, *sql; /* a statement that must find nothing */
} laws[] = {
	{ "the legs of an entry do not sum to zero", "SELECT 1 FROM ledger_leg l JOIN ledger_account a ON a.id = l.account "
		"GROUP BY l.entry, a.currency HAVING SUM(l.amount) <> 0" },
	{ "a currency does not sum to zero", "SELECT 1 FROM ledger_account GROUP BY currency HAVING SUM(posted) <> 0" },
	{ "a balance is not the sum of its legs", "SELECT 1 FROM ledger_account a LEFT JOIN ledger_leg l ON l.account = a.id GROUP BY a.id "
		"HAVING a.posted <> COALESCE(SUM(l.amount), 0) OR a.held <> COALESCE(SUM(l.held), 0)" },
	{ "a leg is not what the balance was after it", "SELECT 1 FROM (SELECT posted_after, held_after, SUM(amount) OVER w AS p, SUM(held) OVER w AS h "
		"FROM ledger_leg WINDOW w AS (PARTITION BY account ORDER BY entry)) WHERE posted_after <> p OR held_after <> h" },
	{ "an account below its floor", "SELECT 1 FROM ledger_account WHERE floor_minor IS NOT NULL AND posted - held < floor_minor" },
	{ "an entry without legs", "SELECT 1 FROM ledger_entry e WHERE NOT EXISTS (SELECT 1 FROM ledger_leg l WHERE l.entry = e.position)" },
	{ "a leg without its entry", "SELECT 1 FROM ledger_leg l WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.position = l.entry)" },
	{ "a hold is not what its entries left of it", "SELECT 1 FROM ledger_hold h WHERE h.left_minor <> (SELECT COALESCE(SUM(l.held), 0) FROM ledger_leg l "
		"JOIN ledger_entry e ON e.position = l.entry WHERE l.account = h.account AND (e.position = h.entry OR e.hold = h.entry))" },
	{ "a hold was ended more than once", "SELECT 1 FROM ledger_entry WHERE kind IN (4, 5) GROUP BY hold HAVING COUNT(*) > 1" },
	{ "a hold that is over has something left, or one with nothing left is open", "SELECT 1 FROM ledger_hold WHERE (ended = 0) <> (left_minor > 0)" },
	{ "what an account holds is not its open holds", "SELECT 1 FROM ledger_account a WHERE a.held <> "
		"(SELECT COALESCE(SUM(h.left_minor), 0) FROM ledger_hold h WHERE h.account = a.id)" },
	{ "a packet without its course or its hold", "SELECT 1 FROM packet p WHERE NOT EXISTS (SELECT 1 FROM packet_course c WHERE c.packet = p.id) "
		"OR NOT EXISTS (SELECT 1 FROM ledger_hold h WHERE h.entry = p.hold AND h.amount = p.sum_minor AND h.expires_us = p.expires_us)" },
	{ "taken, left and returned are not what was held", "SELECT 1 FROM packet p JOIN packet_course c ON c.packet = p.id JOIN ledger_hold h ON h.entry = p.hold "
		"WHERE p.sum_minor <> c.taken_minor + h.left_minor + COALESCE((SELECT -l.held FROM ledger_entry e JOIN ledger_leg l ON l.entry = e.position "
		"WHERE e.hold = p.hold AND e.kind IN (4, 5)), 0)" },
	{ "shares are not what was taken", "SELECT 1 FROM packet_course c LEFT JOIN packet_share s ON s.packet = c.packet GROUP BY c.packet "
		"HAVING c.taken <> COUNT(s.packet) OR c.taken_minor <> COALESCE(SUM(s.amount), 0) OR c.taken <> COALESCE(MAX(s.place) + 1, 0)" },
	{ "more shares than there are", "SELECT 1 FROM packet p JOIN packet_course c ON c.packet = p.id WHERE c.taken > p.shares" },
	{ "a share of nothing", "SELECT 1 FROM packet_share WHERE amount < 1" },
	{ "a share that was not posted so", "SELECT 1 FROM packet_share s JOIN packet p ON p.id = s.packet WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e "
		"WHERE e.caller_id = 'grab/' || s.packet || '/' || s.account AND e.hold = p.hold AND e.kind = 3 AND "
		"(SELECT SUM(-l.held) FROM ledger_leg l WHERE l.entry = e.position) = s.amount)" },
	{ "posted and no share", "SELECT 1 FROM ledger_entry e WHERE e.kind = 3 AND NOT EXISTS (SELECT 1 FROM packet_share s WHERE s.packet = e.subject "
		"AND e.caller_id = 'grab/' || s.packet || '/' || s.account)" },
	{ "somebody took for whom it was not", "SELECT 1 FROM packet_share s JOIN packet p ON p.id = s.packet WHERE p.named = 1 AND NOT EXISTS "
		"(SELECT 1 FROM packet_for f WHERE f.packet = p.id AND f.account = s.account)" },
	{ "taken after its time", "SELECT 1 FROM packet_share s JOIN packet p ON p.id = s.packet WHERE s.at_us >= p.expires_us" },
	{ "ended before its time", "SELECT 1 FROM packet_course WHERE ended = 'expired' AND ended_us < expires_us" },
	{ "a packet that ended as it did not", "SELECT 1 FROM packet p JOIN packet_course c ON c.packet = p.id JOIN ledger_hold h ON h.entry = p.hold "
		"WHERE (c.ended = '') <> (h.ended = 0) OR (c.ended = 'taken') <> (c.taken = p.shares)" },
	{ "a share whose event is not there", "SELECT 1 FROM packet_share s JOIN packet p ON p.id = s.packet WHERE NOT EXISTS (SELECT 1 FROM event e "
		"WHERE e.stream = 1 AND e.owner = p.group_id AND e.number = s.number AND e.kind = 13 AND e.subject = s.packet)" },
	{ "an event of shares that are not there", "SELECT 1 FROM event e WHERE e.kind = 13 AND e.stream = 1 AND NOT EXISTS (SELECT 1 FROM packet_share s "
		"WHERE s.packet = e.subject AND s.number = e.number)" },
	{ "what was told last is not the last share's", "SELECT 1 FROM packet_course c WHERE c.taken > 0 AND c.told_number <> "
		"(SELECT number FROM packet_share s WHERE s.packet = c.packet AND s.place = c.taken - 1)" },
	{ "a packet whose event is not there", "SELECT 1 FROM packet p WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = 1 "
		"AND e.owner = p.group_id AND e.number = p.number AND e.kind = 12 AND e.subject = p.id)" },
	{ "an end that was not told once", "SELECT 1 FROM packet p JOIN packet_course c ON c.packet = p.id WHERE (c.ended IN ('expired', 'dissolved')) <> "
		"(SELECT COUNT(*) FROM event e WHERE e.stream = 1 AND e.owner = p.group_id AND e.kind = 14 AND e.subject = p.id)" },
	{ "an open packet in a dissolved group", "SELECT 1 FROM packet p JOIN packet_course c ON c.packet = p.id JOIN chat_group g ON g.id = p.group_id "
		"WHERE g.dissolved_us IS NOT NULL AND c.ended = ''" },
	{ "who has gone has something to spend", "SELECT 1 FROM ledger_account l JOIN account a ON a.id = l.owner AND l.kind = 'member' "
		"WHERE a.deleted_us IS NOT NULL AND l.posted <> l.held" },
	{ "a journal's numbers have gaps", "SELECT 1 FROM event GROUP BY stream, owner HAVING MIN(number) <> 1 OR COUNT(*) <> MAX(number)" },
	{ "a journal's last number is not its last event's", "SELECT 1 FROM stream s WHERE s.last_number <> "
		"(SELECT COALESCE(MAX(number), 0) FROM event e WHERE e.stream = s.stream AND e.owner = s.owner)" },
	{ "a group's count of members is not its members", "SELECT 1 FROM chat_group g WHERE g.members <> "
		"(SELECT COUNT(*) FROM member m WHERE m.group_id = g.id AND m.state = 'in')" },
};

#define PAGES 1500
#define PAGE_BYTES 4400
#define PACKETS_SQL "SELECT id, sender, client_id, kind, sum_minor, shares, share_min, share_max, secret, nonce, split, number, at_us, expires_us FROM packet WHERE id > ?"

struct money_laws {
	sqlite3 *db;
	sqlite3_stmt *laws[COUNT_OF(laws)], *packets, *shares, *entries, *number, *member, *wallet;
	int64_t read; /* packets up to here are in purse_splits */
};

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK) {
		fprintf(stderr, "# %s: %s\n", sql, sqlite3_errmsg(db));
		abort();
	}
	return s;
}

struct money_laws *money_laws_open(const char *path, const char *vfs)
{
	struct money_laws *l = calloc(1, sizeof *l);
	if (l == NULL || sqlite3_open_v2(path, &l->db, SQLITE_OPEN_READWRITE, vfs) != SQLITE_OK)
		abort();
	for (size_t i = 0; i < COUNT_OF(laws); i++)
		l->laws[i] = prepare(l->db, laws[i].sql);
	l->packets = prepare(l->db, PACKETS_SQL);
	l->shares = prepare(l->db, "SELECT packet, place, number FROM packet_share");
	l->entries = prepare(l->db, "SELECT COUNT(*) FROM ledger_entry");
	l->wallet = prepare(l->db, "SELECT posted FROM ledger_account WHERE kind = 'member' AND owner = ?");
	l->member = prepare(l->db, "SELECT last_seen, state = 'in', state = 'barred' FROM member WHERE group_id = ? AND account = ?");
	l->number = prepare(l->db, "SELECT COALESCE(MAX(number), 0) FROM event WHERE stream = 1 AND owner = ?");
	return l;
}

void money_laws_close(struct money_laws *l)
{
	for (size_t i = 0; i < COUNT_OF(laws); i++)
		sqlite3_finalize(l->laws[i]);
	sqlite3_finalize(l->packets);
	sqlite3_finalize(l->shares);
	sqlite3_finalize(l->entries);
	sqlite3_finalize(l->number);
	sqlite3_finalize(l->member);
	sqlite3_finalize(l->wallet);
	sqlite3_close(l->db);
	free(l);
}

static bool file_is_sound(struct money_laws *l)
{
	sqlite3_stmt *s = prepare(l->db, "PRAGMA integrity_check");
	bool sound = sqlite3_step(s) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0;
	sqlite3_finalize(s);
	return sound;
}

const char *money_laws_broken(struct money_laws *l, bool whole)
{
	const char *broken = NULL;
	for (size_t i = 0; i < COUNT_OF(laws) && broken == NULL; i++) {
		int rc = sqlite3_step(l->laws[i]);
		broken = rc == SQLITE_ROW ? laws[i].what : rc != SQLITE_DONE ? "the tables cannot be read" : NULL;
		sqlite3_reset(l->laws[i]);
	}
	return broken ? broken : whole && !file_is_sound(l) ? "the file is not sound" : NULL;
}

static int64_t one(sqlite3_stmt *s)
{
	int64_t n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : -1;
	sqlite3_reset(s);
	return n;
}

void money_count(struct money_laws *l, struct counted *out)
{
	out->entries = one(l->entries);
	for (int i = 0; i < PURSE_PEOPLE; i++) {
		sqlite3_bind_int64(l->wallet, 1, i + 1);
		out->posted[i] = one(l->wallet);
		out->wallet[i] = out->posted[i] >= 0;
		out->posted[i] = out->wallet[i] ? out->posted[i] : 0;
	}
	for (int g = 0; g < PURSE_GROUPS; g++) {
		sqlite3_bind_int64(l->number, 1, g + 1);
		out->numbers[g] = one(l->number);
		for (int i = 0; i < PURSE_PEOPLE; i++) {
			sqlite3_bind_int64(l->member, 1, g + 1);
			sqlite3_bind_int64(l->member, 2, i + 1);
			bool known = sqlite3_step(l->member) == SQLITE_ROW;
			out->last_seen[g][i] = known ? sqlite3_column_int64(l->member, 0) : 0;
			out->in[g][i] = known && sqlite3_column_int(l->member, 1);
			out->barred[g][i] = known && sqlite3_column_int(l->member, 2);
			sqlite3_reset(l->member);
		}
	}
}

static struct str bytes_of(sqlite3_stmt *s, int column)
{
	const void *p = sqlite3_column_blob(s, column);
	return (struct str){ p, (size_t)sqlite3_column_bytes(s, column) };
}

static const char *read_one(sqlite3_stmt *s)
{
	const struct packet_terms t = { .kind = str_eq(bytes_of(s, 3), STR("lucky")) ? PACKET_LUCKY : PACKET_EQUAL, .sum = sqlite3_column_int64(s, 4),
		.shares = sqlite3_column_int64(s, 5), .share_min = sqlite3_column_int64(s, 6), .share_max = sqlite3_column_int64(s, 7) };
	int64_t id = sqlite3_column_int64(s, 0), shares[PACKET_SHARES_LIMIT], number;
	struct str client_id = bytes_of(s, 2), split = bytes_of(s, 10);
	if (id > PURSE_PACKETS || t.shares > PURSE_SHARES || str_int(str_from(client_id, 1), 0, INT32_MAX, &number) != ERR_OK)
		return "a packet that nobody sent";
	struct hash seed = packet_seed(bytes_of(s, 8), bytes_of(s, 9), client_id);
	if (packet_split(&seed, &t, shares) != ERR_OK || split.n != (size_t)t.shares * 8)
		return "a packet that cannot be split";
	struct purse_split *out = &purse_splits[id];
	*out = (struct purse_split){ .there = true, .sender = (int)sqlite3_column_int64(s, 1) - 1, .id = (int)number,
		.number = sqlite3_column_int64(s, 11), .at_us = sqlite3_column_int64(s, 12), .expires_us = sqlite3_column_int64(s, 13) };
	for (size_t i = 0; i < (size_t)t.shares; i++) {
		out->shares[i] = shares[i];
		for (size_t b = 0; b < 8; b++)
			if ((uint8_t)split.p[i * 8 + b] != (uint8_t)((uint64_t)shares[i] >> (8 * b)))
				return "a split that is not what its seed makes";
	}
	return NULL;
}

void money_splits_forget(struct money_laws *l)
{
	memset(purse_splits, 0, sizeof purse_splits);
	l->read = 0;
}

const char *money_splits_read(struct money_laws *l)
{
	const char *wrong = NULL;
	int rc = SQLITE_DONE;
	sqlite3_bind_int64(l->packets, 1, l->read);
	while (wrong == NULL && (rc = sqlite3_step(l->packets)) == SQLITE_ROW) {
		wrong = read_one(l->packets);
		int64_t id = sqlite3_column_int64(l->packets, 0);
		l->read = id > l->read ? id : l->read;
	}
	if (wrong == NULL && rc != SQLITE_DONE) {
		fprintf(stderr, "# reading packets: %s (%d)\n", sqlite3_errmsg(l->db), rc);
		wrong = "the packets cannot be read";
	}
	sqlite3_reset(l->packets);
	while (wrong == NULL && sqlite3_step(l->shares) == SQLITE_ROW)
		purse_splits[sqlite3_column_int64(l->shares, 0)].numbers[sqlite3_column_int64(l->shares, 1)] = sqlite3_column_int64(l->shares, 2);
	sqlite3_reset(l->shares);
	return wrong;
}

/* Every request is a life of small allocations: what the sanitizer keeps of those that are freed, this test has no use for. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "malloc_context_size=4:quarantine_size_mb=16:max_malloc_fill_size=128"; }

/* SQLite's pages and small pieces in memory of its own: the sanitizer would look at each of millions. */
void money_spare_the_sanitizer(void)
{
	static _Alignas(8) char pages[PAGES * PAGE_BYTES];
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, pages, PAGE_BYTES, PAGES);
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 400);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
