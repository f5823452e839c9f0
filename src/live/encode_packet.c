/* Red packets as clients see them: in the feed, and the same in answers (api). */
#include "live/live_private.h"

static int64_t returned_of(const struct packet *p) { return p->sum - p->taken_sum; }

static struct str state_of(const struct packet *p) { return p->ended.n ? p->ended : STR("open"); }

static bool has_returned(const struct packet *p) { return p->ended.n && !str_eq(p->ended, STR("taken")); }

/* The account of the luckiest, once every share is taken; 0 before. */
enum err live_luckiest(struct db_conn *c, struct arena *a, const struct packet *p, int64_t *out_account)
{
	struct packet_share *shares;
	int64_t amounts[PACKET_SHARES_LIMIT];
	size_t n;
	*out_account = 0;
	if (p->taken < p->shares || p->kind != PACKET_LUCKY)
		return ERR_OK;
	TRY(packet_shares(c, a, p->id, 0, &shares, &n));
	for (size_t i = 0; i < n; i++)
		amounts[i] = shares[i].amount;
	if (n)
		*out_account = shares[packet_luckiest(amounts, n)].account;
	return ERR_OK;
}

void live_write_packet(struct json_out *j, const struct packet *p)
{
	json_key_int(j, "id", p->id);
	json_key_int(j, "group", p->group);
	json_key_int(j, "number", p->number);
	json_key_int(j, "sender", p->sender);
	json_key_text(j, "sender_name", p->sender_name);
	json_key_text(j, "kind", p->kind == PACKET_LUCKY ? STR("lucky") : STR("equal"));
	json_key_text(j, "currency", p->currency);
	json_key_int(j, "sum", p->sum);
	json_key_int(j, "shares", p->shares);
	json_key_text(j, "message", p->message);
	json_key_bool(j, "named", p->named);
	json_key_time(j, "at", p->at_us);
	json_key_time(j, "expires_at", p->expires_us);
	json_key_text(j, "state", state_of(p));
	if (p->ended_us)
		json_key_time(j, "ended_at", p->ended_us);
	else
		json_key_null(j, "ended_at");
	json_key_int(j, "taken", p->taken);
	json_key_int(j, "taken_sum", p->taken_sum);
	if (has_returned(p))
		json_key_int(j, "returned", returned_of(p));
	else
		json_key_null(j, "returned");
}

enum err live_write_named(struct db_conn *c, struct arena *a, const struct packet *p, struct json_out *j)
{
	int64_t *accounts;
	size_t n;
	TRY(packet_named(c, a, p->id, &accounts, &n));
	json_key(j, "for");
	json_open_list(j);
	for (size_t i = 0; i < n; i++)
		json_int(j, accounts[i]);
	json_close_list(j);
	return ERR_OK;
}

static enum err grabs(struct db_conn *c, struct arena *a, const struct event *e, const struct packet *p, struct json_out *j)
{
	struct packet_share *shares;
	int64_t lucky;
	size_t n;
	TRY(packet_shares(c, a, p->id, e->number, &shares, &n));
	json_key(j, "grabs");
	json_open_list(j);
	bool was_last = false;
	for (size_t i = 0; i < n; i++) {
		json_open_list(j);
		json_int(j, shares[i].account);
		json_text(j, shares[i].name);
		json_int(j, shares[i].place);
		json_int(j, shares[i].amount);
		json_close_list(j);
		was_last = was_last || shares[i].place + 1 == p->shares;
	}
	json_close_list(j);
	if (!was_last)
		return ERR_OK;
	TRY(live_luckiest(c, a, p, &lucky));
	if (lucky)
		json_key_int(j, "luckiest", lucky);
	return ERR_OK;
}

enum err live_packet_member(struct db_conn *c, struct arena *a, const struct event *e, struct json_out *j)
{
	struct packet p;
	TRY(packet_get(c, a, e->subject, 0, &p));
	json_key(j, e->kind == EVENT_PACKET ? "packet" : e->kind == EVENT_GRABBED ? "grabbed" : "returned");
	json_open(j);
	if (e->kind == EVENT_PACKET) {
		live_write_packet(j, &p);
		if (p.named)
			TRY(live_write_named(c, a, &p, j));
	} else {
		json_key_int(j, "packet", p.id);
		json_key_text(j, "state", state_of(&p));
		json_key_int(j, "taken", p.taken);
		json_key_int(j, "taken_sum", p.taken_sum);
		if (e->kind == EVENT_GRABBED)
			TRY(grabs(c, a, e, &p, j));
		else
			json_key_int(j, "returned", returned_of(&p));
	}
	json_close(j);
	return ERR_OK;
}
