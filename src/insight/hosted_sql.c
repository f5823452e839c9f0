/* A hosted group's counts for its owner, and a member's own: the statements (hosted.h). */
#include "insight/hosted.h"
#include "group/group.h"

DB_SQL(sql_hosted_group, "SELECT owner, members FROM chat_group WHERE id = $1 AND kind = 'hosted'")
DB_SQL(sql_hosted_latest, "SELECT MIN(number), MIN(at_us) FROM (SELECT number, at_us FROM message WHERE group_id = $1 "
	"ORDER BY number DESC LIMIT $2) AS latest")
DB_SQL(sql_hosted_in, "SELECT COUNT(CASE WHEN m.muted_until_us > $3 THEN 1 END), "
	"COUNT(CASE WHEN m.read_number >= $4 AND m.joined_us <= $5 THEN 1 END) FROM member m JOIN account a ON a.id = m.account "
	"WHERE m.group_id = $1 AND m.state = 'in' AND m.account <> $2 AND a.left_out = 0")
/* last_seen 0: he asked to join and took it back, and was never in it */
DB_SQL(sql_hosted_left, "SELECT COUNT(CASE WHEN stay < $3 THEN 1 END), COUNT(CASE WHEN stay >= $3 AND stay < $4 THEN 1 END), "
	"COUNT(CASE WHEN stay >= $4 AND stay < $5 THEN 1 END), COUNT(CASE WHEN stay >= $5 THEN 1 END) "
	"FROM (SELECT m.left_us - m.joined_us AS stay FROM member m JOIN account a ON a.id = m.account "
	"WHERE m.group_id = $1 AND m.state = 'left' AND m.last_seen > 0 AND m.account <> $2 AND a.left_out = 0) AS gone")
DB_SQL(sql_hosted_inviters, "SELECT COUNT(CASE WHEN stayed = 0 THEN 1 END), COUNT(CASE WHEN stayed = 1 THEN 1 END), "
	"COUNT(CASE WHEN stayed > 1 AND stayed < $6 THEN 1 END), COUNT(CASE WHEN stayed >= $6 THEN 1 END) "
	"FROM (SELECT m.invited_by, COUNT(CASE WHEN COALESCE(m.left_us, $3) - m.joined_us >= $4 THEN 1 END) AS stayed "
	"FROM member m JOIN account a ON a.id = m.account JOIN account i ON i.id = m.invited_by "
	"WHERE m.group_id = $1 AND m.invited_by <> $2 AND m.joined_us <= $5 AND (m.state = 'in' OR m.last_seen > 0) "
	"AND a.left_out = 0 AND i.left_out = 0 GROUP BY m.invited_by) AS brought")
DB_SQL(sql_mine, "SELECT d.group_id, g.name, (d.day - $2) / 7, CAST(SUM(d.messages) AS BIGINT), COUNT(*) FROM member_day d "
	"JOIN chat_group g ON g.id = d.group_id WHERE d.account = $1 AND d.day >= $2 AND d.day < $3 AND d.messages > 0 "
	"GROUP BY 1, 2, 3 ORDER BY 1, 3 LIMIT $4")

/* A single count that is left out of a list is known from the sum, so the smallest of the others goes with it. */
static void hide_few(int64_t *counts, size_t n)
{
	size_t hidden = 0, least = n;
	for (size_t i = 0; i < n; i++) {
		if (counts[i] < INSIGHT_LEAVES_TOLD) {
			counts[i] = INSIGHT_FEW;
			hidden++;
		} else if (least == n || counts[i] < counts[least]) {
			least = i;
		}
	}
	if (hidden == 1 && least < n)
		counts[least] = INSIGHT_FEW;
}

static int64_t unless_few(int64_t count) { return count < INSIGHT_LEAVES_TOLD ? INSIGHT_FEW : count; }

static enum err in_it(struct db_conn *c, int64_t group, int64_t owner, int64_t now_us, struct insight_hosted *h)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	TRY(db_one(c, &sql_hosted_latest, &rows, DB_I(group), DB_I(INSIGHT_READ_LATEST)));
	int64_t at_us = db_int(&rows, 1), number = db_is_null(&rows, 0) ? INT64_MAX : db_int(&rows, 0); /* nothing to read */
	db_rows_close(&rows);
	TRY(db_one(c, &sql_hosted_in, &rows, DB_I(group), DB_I(owner), DB_I(now_us), DB_I(number), DB_I(at_us)));
	h->muted = unless_few(db_int(&rows, 0));
	h->read = unless_few(db_int(&rows, 1));
	return ERR_OK;
}

static void take_counts(const struct db_rows *rows, int64_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = db_int(rows, (int)i);
	hide_few(out, n);
}

enum err insight_hosted(struct db_conn *c, int64_t group, int64_t now_us, struct insight_hosted *out)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	struct insight_hosted h = { 0 };
	const int64_t stayed_us = INSIGHT_STAYED_DAYS * US_PER_DAY;
	TRY(db_one(c, &sql_hosted_group, &rows, DB_I(group)));
	int64_t owner = db_int(&rows, 0);
	h.members = db_int(&rows, 1);
	db_rows_close(&rows);
	TRY(in_it(c, group, owner, now_us, &h));
	TRY(db_one(c, &sql_hosted_left, &rows, DB_I(group), DB_I(owner), DB_I(US_PER_DAY), DB_I(7 * US_PER_DAY), DB_I(stayed_us)));
	take_counts(&rows, h.left, INSIGHT_STAYS);
	db_rows_close(&rows);
	TRY(db_one(c, &sql_hosted_inviters, &rows, DB_I(group), DB_I(owner), DB_I(now_us), DB_I(stayed_us), DB_I(now_us - stayed_us),
		DB_I(INSIGHT_BROUGHT_MANY)));
	take_counts(&rows, h.inviters, INSIGHT_BROUGHT);
	*out = h;
	return ERR_OK;
}

enum err insight_mine(struct db_conn *c, struct arena *a, int64_t account, int64_t now_us, struct insight_mine **out,
	size_t *out_count)
{
	CLEANUP(db_rows_close) struct db_rows rows = { 0 };
	int64_t until = now_us / US_PER_DAY + 1, from = until - 7 * (int64_t)INSIGHT_MINE_WEEKS;
	struct insight_mine *list = arena_take_many(a, GROUP_OF_ONE_MAX, sizeof *list);
	size_t n = 0;
	if (list == NULL)
		return ERR_MEMORY;
	TRY(db_query(c, &sql_mine, &rows, DB_I(account), DB_I(from), DB_I(until), DB_I(GROUP_OF_ONE_MAX * INSIGHT_MINE_WEEKS)));
	while (db_next(&rows)) {
		if (n == 0 || list[n - 1].group != db_int(&rows, 0)) {
			if (n == GROUP_OF_ONE_MAX)
				break;
			list[n] = (struct insight_mine){ .group = db_int(&rows, 0) };
			TRY(db_str_copy(&rows, 1, a, &list[n++].name));
		}
		struct insight_mine *g = &list[n - 1];
		g->weeks[db_int(&rows, 2)] = db_int(&rows, 3);
		g->messages += db_int(&rows, 3);
		g->days += db_int(&rows, 4);
	}
	TRY(db_rows_end(&rows));
	*out = list;
	*out_count = n;
	return ERR_OK;
}
