/* Red packets read: one whole, a group's, all that I can still take, the board of who grabbed most. */
#include "api/packets.h"
#include "live/live.h"

#define BOARD_BACK_US (2 * US_PER_DAY)

static const struct field share_fields[] = { { "amount", FIELD_INT, FIELD_REQUIRED }, { "place", FIELD_INT, FIELD_REQUIRED }, { 0 } };
static const struct shape share_shape = { "PacketShare", share_fields };
#define PACKET_FIELDS                                                                                                                      \
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "group", FIELD_INT, FIELD_REQUIRED },                                                       \
	{ "number", FIELD_INT, FIELD_REQUIRED, .what = "its place in the chat" }, { "sender", FIELD_INT, FIELD_REQUIRED },                 \
	{ "sender_name", FIELD_TEXT, FIELD_REQUIRED }, { "kind", FIELD_TEXT, FIELD_REQUIRED, .one_of = "lucky|equal" },                    \
	{ "currency", FIELD_TEXT, FIELD_REQUIRED }, { "sum", FIELD_INT, FIELD_REQUIRED }, { "shares", FIELD_INT, FIELD_REQUIRED },         \
	{ "message", FIELD_TEXT, FIELD_REQUIRED }, { "named", FIELD_BOOL, FIELD_REQUIRED, .what = "for some members only" },               \
	{ "at", FIELD_TIME, FIELD_REQUIRED }, { "expires_at", FIELD_TIME, FIELD_REQUIRED },                                                \
	{ "state", FIELD_TEXT, FIELD_REQUIRED, .one_of = "open|taken|expired|dissolved" },                                                 \
	{ "ended_at", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL }, { "taken", FIELD_INT, FIELD_REQUIRED, .what = "shares" },                 \
	{ "taken_sum", FIELD_INT, FIELD_REQUIRED }, { "returned", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "what went back" },      \
	{ "for_me", FIELD_BOOL, FIELD_REQUIRED }, { "mine", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &share_shape }

static const struct field packet_fields[] = { PACKET_FIELDS, { 0 } };
static const struct shape packet_shape = { "Packet", packet_fields };
static const struct field whole_packet_fields[] = {
	PACKET_FIELDS, { "for", FIELD_INT, FIELD_REQUIRED | FIELD_LIST }, { "share_min", FIELD_INT, FIELD_REQUIRED },
	{ "share_max", FIELD_INT, FIELD_REQUIRED },
	{ "luckiest", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "the account, once all is taken; of equals the earlier" },
	{ "key", FIELD_TEXT, FIELD_REQUIRED, .what = "the sender's own id" }, { "commitment", FIELD_TEXT, FIELD_REQUIRED },
	{ "nonce", FIELD_TEXT, FIELD_REQUIRED }, { "secret", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL, .what = "when it is over" },
	{ "split", FIELD_INT, FIELD_LIST | FIELD_REQUIRED | FIELD_NULL, .what = "every share in order of arrival, when it is over" }, { 0 },
};
static const struct shape whole_packet_shape = { "PacketWhole", whole_packet_fields };
static const struct field grabbed_fields[] = {
	{ "account", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED }, { "place", FIELD_INT, FIELD_REQUIRED },
	{ "amount", FIELD_INT, FIELD_REQUIRED }, { "at", FIELD_TIME, FIELD_REQUIRED }, { 0 },
};
static const struct shape grabbed_shape = { "PacketGrabbed", grabbed_fields };
static const struct field get_answer_fields[] = {
	{ "packet", FIELD_OBJECT, FIELD_REQUIRED, .of = &whole_packet_shape },
	{ "grabs", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &grabbed_shape }, { 0 },
};
static const struct shape get_shape = { "PacketAndGrabs", get_answer_fields };

static void write_mine(struct json_out *j, const struct packet *p)
{
	json_key_bool(j, "for_me", p->for_me);
	json_key(j, "mine");
	if (p->mine == 0) {
		json_null(j);
		return;
	}
	json_open(j);
	json_key_int(j, "amount", p->mine);
	json_key_int(j, "place", p->my_place);
	json_close(j);
}

static void write_fairness(struct json_out *j, const struct packet *p)
{
	struct hash promise = packet_promise_of(p->secret);
	json_key_text(j, "key", p->client_id);
	api_write_hex(j, "commitment", hash_str(&promise));
	api_write_hex(j, "nonce", p->nonce);
	if (!p->over) {
		json_key_null(j, "secret");
		json_key_null(j, "split");
		return;
	}
	api_write_hex(j, "secret", p->secret);
	json_key(j, "split");
	json_open_list(j);
	for (size_t i = 0; i < (size_t)p->shares; i++)
		json_int(j, packet_split_at(p->split, i));
	json_close_list(j);
}

static enum err write_whole(struct req *r, const struct packet *p)
{
	int64_t luckiest;
	TRY(live_luckiest(r->db, r->arena, p, &luckiest));
	json_open(&r->json);
	live_write_packet(&r->json, p);
	write_mine(&r->json, p);
	TRY(live_write_named(r->db, r->arena, p, &r->json));
	json_key_int(&r->json, "share_min", p->share_min);
	json_key_int(&r->json, "share_max", p->share_max);
	if (luckiest)
		json_key_int(&r->json, "luckiest", luckiest);
	else
		json_key_null(&r->json, "luckiest");
	write_fairness(&r->json, p);
	json_close(&r->json);
	return ERR_OK;
}

static enum err write_grabs(struct req *r, const struct packet *p)
{
	struct packet_share *shares;
	size_t n;
	TRY(packet_shares(r->db, r->arena, p->id, 0, &shares, &n));
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		json_key_int(&r->json, "account", shares[i].account);
		json_key_text(&r->json, "name", shares[i].name);
		json_key_int(&r->json, "place", shares[i].place);
		json_key_int(&r->json, "amount", shares[i].amount);
		json_key_time(&r->json, "at", shares[i].at_us);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	return ERR_OK;
}

/* Who is out of the group sees what was there when he went. */
static bool may_see(const struct req *r, const struct packet *p)
{
	struct membership me = api_membership(r);
	return p->group == req_int(r, "group") && (me.state == MEMBER_IN || p->number <= me.last_seen);
}

static const struct field packet_path[] = { PATH_GROUP, PATH_PACKET, { 0 } };

static enum err packet_get_handle(struct req *r)
{
	struct packet p;
	enum err e = packet_get(r->db, r->arena, req_int(r, "packet"), r->account, &p);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && !may_see(r, &p)))
		return refuse(r, "not-found", "packet");
	TRY(e);
	json_open(&r->json);
	json_key(&r->json, "packet");
	TRY(write_whole(r, &p));
	json_key(&r->json, "grabs");
	TRY(write_grabs(r, &p));
	json_close(&r->json);
	return ERR_OK;
}

const struct entry packet_get_entry = { .name = "packet.get", .method = "GET", .path = "/api/v1/groups/:group/packets/:packet",
	.what = "One red packet: who got what, and what makes it checkable", .tx = TX_READ, .rate = RATE_READ, .fields = packet_path,
	.answer = &get_shape, .may = may_have_been, .handle = packet_get_handle };

/* ---- lists ---- */

static const struct field list_fields[] = { PATH_GROUP, { "before", FIELD_INT, FIELD_QUERY, 1, INT64_MAX, .what = "a packet" }, QUERY_LIMIT(PACKET_PAGE_MAX), { 0 } };
static const struct field list_answer_fields[] = {
	{ "packets", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &packet_shape }, { "more", FIELD_BOOL, FIELD_REQUIRED }, { 0 },
};
static const struct shape list_shape = { "Packets", list_answer_fields };

static enum err packet_list_handle(struct req *r)
{
	struct packet *list;
	size_t n, limit = (size_t)req_int_or(r, "limit", 50);
	struct membership me = api_membership(r);
	TRY(packet_list(r->db, r->arena, req_int(r, "group"), r->account, req_int_or(r, "before", INT64_MAX),
		me.state == MEMBER_IN ? INT64_MAX : me.last_seen, limit, &list, &n));
	json_open(&r->json);
	json_key(&r->json, "packets");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		live_write_packet(&r->json, &list[i]);
		write_mine(&r->json, &list[i]);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_key_bool(&r->json, "more", n == limit);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry packet_list_entry = { .name = "packet.list", .method = "GET", .path = "/api/v1/groups/:group/packets",
	.what = "A group's red packets, the newest first", .tx = TX_READ, .rate = RATE_READ, .fields = list_fields, .answer = &list_shape,
	.may = may_have_been, .handle = packet_list_handle };

static const struct field open_fields[] = { QUERY_LIMIT(PACKET_PAGE_MAX), { 0 } };
static const struct field open_packet_fields[] = { PACKET_FIELDS, { "group_name", FIELD_TEXT, FIELD_REQUIRED }, { 0 } };
static const struct shape open_packet_shape = { "OpenPacket", open_packet_fields };
static const struct field open_answer_fields[] = { { "packets", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &open_packet_shape }, { 0 } };
static const struct shape open_shape = { "OpenPackets", open_answer_fields };

static enum err packet_open_handle(struct req *r)
{
	struct packet *list;
	size_t n;
	TRY(packet_open_for(r->db, r->arena, r->account, r->now_us, (size_t)req_int_or(r, "limit", 50), &list, &n));
	json_open(&r->json);
	json_key(&r->json, "packets");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		struct group g;
		TRY(group_get(r->db, r->arena, list[i].group, &g));
		json_open(&r->json);
		live_write_packet(&r->json, &list[i]);
		write_mine(&r->json, &list[i]);
		json_key_text(&r->json, "group_name", g.name);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry packet_open_entry = { .name = "packet.open", .method = "GET", .path = "/api/v1/packets",
	.what = "Red packets that I can still take, the one that ends first in front", .tx = TX_READ, .rate = RATE_READ, .fields = open_fields,
	.answer = &open_shape, .may = may_signed_in, .handle = packet_open_handle };

/* ---- the board ---- */

static const struct field board_fields[] = { PATH_GROUP, { "from", FIELD_TIME, FIELD_QUERY, .what = "at most two days back" }, { 0 } };
static const struct field line_fields[] = {
	{ "account", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED }, { "sum", FIELD_INT, FIELD_REQUIRED },
	{ "shares", FIELD_INT, FIELD_REQUIRED }, { 0 },
};
static const struct shape line_shape = { "PacketBoardLine", line_fields };
static const struct field board_answer_fields[] = {
	{ "off", FIELD_BOOL, FIELD_REQUIRED, .what = "the owner turned it off" },
	{ "board", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &line_shape }, { 0 },
};
static const struct shape board_shape = { "PacketBoard", board_answer_fields };

static enum err packet_board_handle(struct req *r)
{
	struct group g;
	struct packet_board_line *lines;
	size_t n = 0;
	int64_t back_us = r->now_us - BOARD_BACK_US, from_us = req_int_or(r, "from", r->now_us - US_PER_DAY);
	TRY(group_get(r->db, r->arena, req_int(r, "group"), &g));
	if (g.packet_board)
		TRY(packet_board(r->db, r->arena, g.id, from_us > back_us ? from_us : back_us, &lines, &n));
	json_open(&r->json);
	json_key_bool(&r->json, "off", !g.packet_board);
	json_key(&r->json, "board");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		json_key_int(&r->json, "account", lines[i].account);
		json_key_text(&r->json, "name", lines[i].name);
		json_key_int(&r->json, "sum", lines[i].sum);
		json_key_int(&r->json, "shares", lines[i].shares);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry packet_board_entry = { .name = "packet.board", .method = "GET", .path = "/api/v1/groups/:group/packets/board",
	.what = "Who took most lately", .tx = TX_READ, .rate = RATE_READ, .fields = board_fields, .answer = &board_shape, .may = may_member,
	.handle = packet_board_handle };
