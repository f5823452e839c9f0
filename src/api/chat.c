/* Talk: saying, taking back, reading in pages; events for who was away. */
#include "api/api_private.h"
#include "live/live.h"

static const struct field reply_fields[] = {
	{ "number", FIELD_INT, FIELD_REQUIRED }, { "author", FIELD_INT, FIELD_REQUIRED }, { "author_name", FIELD_TEXT, FIELD_REQUIRED },
	{ "text", FIELD_TEXT, FIELD_REQUIRED }, { 0 },
};
static const struct shape reply_shape = { "RepliedTo", reply_fields };
static const struct field message_fields[] = {
	{ "number", FIELD_INT, FIELD_REQUIRED }, { "author", FIELD_INT, FIELD_REQUIRED }, { "author_name", FIELD_TEXT, FIELD_REQUIRED },
	{ "at", FIELD_TIME, FIELD_REQUIRED }, { "kind", FIELD_TEXT, FIELD_REQUIRED, .one_of = "text|picture|recalled|removed|event" },
	{ "event", FIELD_ANY, 0, .what = "kind event: as in the live feed" },
	{ "text", FIELD_TEXT, FIELD_REQUIRED }, { "reply", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &reply_shape },
	{ "mentions", FIELD_INT, FIELD_REQUIRED | FIELD_LIST }, { "all", FIELD_BOOL, FIELD_REQUIRED },
	{ "picture", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &api_picture_shape },
	{ "id", FIELD_TEXT, 0, .what = "the sender's own, on one's own messages" }, { 0 },
};
static const struct shape message_shape = { "Message", message_fields };
static const struct field page_answer_fields[] = {
	{ "messages", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &message_shape }, { "first", FIELD_INT, FIELD_REQUIRED | FIELD_NULL },
	{ "last", FIELD_INT, FIELD_REQUIRED | FIELD_NULL }, { "more_before", FIELD_BOOL, FIELD_REQUIRED }, { "more_after", FIELD_BOOL, FIELD_REQUIRED },
	{ 0 },
};
static const struct shape page_shape = { "Messages", page_answer_fields };

static void write_reply(struct json_out *j, const struct message *m)
{
	json_key(j, "reply");
	if (m->reply_to == 0) {
		json_null(j);
		return;
	}
	json_open(j);
	json_key_int(j, "number", m->reply_to);
	json_key_int(j, "author", m->reply_author);
	json_key_text(j, "author_name", m->reply_name);
	json_key_text(j, "text", utf8_first(m->reply_text, 300));
	json_close(j);
}

/* A message; or, with the body of an event, that. */
static void write_row(struct req *r, const struct message *m, struct str event)
{
	struct json_out *j = &r->json;
	json_open(j);
	json_key_int(j, "number", m->number);
	json_key_int(j, "author", m->author);
	json_key_text(j, "author_name", m->author_name);
	json_key_time(j, "at", m->at_us);
	json_key_text(j, "kind", event.n ? STR("event") : m->state == MESSAGE_RECALLED ? STR("recalled") : m->state == MESSAGE_REMOVED ? STR("removed") :
		m->picture.id ? STR("picture") : STR("text"));
	json_key_text(j, "text", m->text);
	write_reply(j, m);
	json_key(j, "mentions");
	json_open_list(j);
	for (size_t i = 0; i < m->mention_count; i++)
		json_int(j, m->mentions[i]);
	json_close_list(j);
	json_key_bool(j, "all", m->calls_all);
	json_key(j, "picture");
	if (m->picture.id)
		api_write_picture(j, &m->picture);
	else
		json_null(j);
	if (event.n) {
		json_key(j, "event");
		json_raw(j, event);
	} else if (m->author == r->account) {
		json_key_text(j, "id", m->client_id);
	}
	json_close(j);
}

static const struct field page_fields[] = {
	PATH_GROUP, { "before", FIELD_INT, FIELD_QUERY, 1, INT64_MAX }, { "after", FIELD_INT, FIELD_QUERY, 0, INT64_MAX },
	{ "around", FIELD_INT, FIELD_QUERY, 1, INT64_MAX }, QUERY_LIMIT(CHAT_PAGE_MAX),
	{ "events", FIELD_BOOL, FIELD_QUERY, .what = "also who joined and the like, as rows of the kind event" }, { 0 },
};

/* The last number this person may see. */
static int64_t horizon(const struct req *r)
{
	struct membership me = api_membership(r);
	return me.state == MEMBER_IN ? INT64_MAX : me.last_seen;
}

struct page {
	struct message *list;
	size_t count;
	bool more_before, more_after;
	struct event *events; /* that are no talk, between the messages */
	size_t event_count;
};

static enum err page_of(struct req *r, int64_t from, int64_t to, bool from_end, size_t limit, struct page *out)
{
	int64_t group = req_int(r, "group"), most = horizon(r);
	struct message *beyond;
	size_t n;
	to = to < most ? to : most;
	TRY(chat_page(r->db, r->arena, group, from, to, from_end, limit, &out->list, &out->count));
	int64_t first = out->count ? out->list[0].number : to, last = out->count ? out->list[out->count - 1].number : from;
	TRY(chat_page(r->db, r->arena, group, 1, first - (out->count > 0), true, 1, &beyond, &n));
	out->more_before = n > 0 && out->count > 0;
	TRY(chat_page(r->db, r->arena, group, last + (out->count > 0), most, false, 1, &beyond, &n));
	out->more_after = n > 0 && out->count > 0;
	return ERR_OK;
}

static enum err page_around(struct req *r, int64_t number, size_t limit, struct page *out)
{
	struct message *up, *down, *both = arena_take_many(r->arena, limit + 2, sizeof *both);
	size_t ups, downs, half = limit / 2 + 1;
	int64_t group = req_int(r, "group");
	if (both == NULL)
		return ERR_MEMORY;
	TRY(chat_page(r->db, r->arena, group, 1, number - 1, true, half, &down, &downs));
	TRY(chat_page(r->db, r->arena, group, number, horizon(r), false, half, &up, &ups));
	memcpy(both, down, downs * sizeof *both);
	memcpy(both + downs, up, ups * sizeof *both);
	*out = (struct page){ .list = both, .count = downs + ups, .more_before = downs == half, .more_after = ups == half };
	return ERR_OK;
}

#define KIND(k) (UINT64_C(1) << (k))
#define KINDS_SHOWN (KIND(EVENT_JOINED) | KIND(EVENT_GONE) | KIND(EVENT_BARRED) | KIND(EVENT_ROLE) | KIND(EVENT_CHANGED) | KIND(EVENT_LINK) | \
	KIND(EVENT_PACKET) | KIND(EVENT_RETURNED) | KIND(EVENT_DISSOLVED))

/* What came back of a packet is its sender's own matter. */
static bool is_shown(const struct req *r, const struct event *e) { return e->kind != EVENT_RETURNED || e->actor == r->account; }

/* What happened from low to high among these messages; from the first message where a page goes on before it. */
static enum err events_of(struct req *r, int64_t low, int64_t high, struct page *p)
{
	struct event *all;
	size_t count;
	low = p->count && p->more_before && !req_has(r, "after") ? p->list[0].number : low;
	high = p->count && p->more_after && !req_has(r, "before") ? p->list[p->count - 1].number : high;
	TRY(event_read_kinds(r->db, r->arena, STREAM_GROUP, req_int(r, "group"), low, high < INT64_MAX ? high + 1 : high, KINDS_SHOWN,
		EVENT_READ_MAX, &all, &count));
	p->events = arena_take_many(r->arena, count + 1, sizeof *p->events);
	if (p->events == NULL)
		return ERR_MEMORY;
	for (size_t i = count; i > 0; i--) /* newest first there, oldest first here */
		if (is_shown(r, &all[i - 1]))
			p->events[p->event_count++] = all[i - 1];
	return ERR_OK;
}

static enum err write_event(struct req *r, const struct event *e)
{
	CLEANUP(buf_free) struct buf body = BUF(1u << 20);
	struct message as = { .number = e->number, .author = e->actor, .at_us = e->at_us };
	enum err named = group_name_of(r->db, r->arena, e->owner, e->actor, &as.author_name);
	if (named != ERR_OK && named != ERR_NOT_FOUND)
		return named;
	TRY(live_encode_body(r->db, r->arena, e, &body));
	write_row(r, &as, buf_str(&body));
	return ERR_OK;
}

static enum err write_page(struct req *r, const struct page *p)
{
	json_open(&r->json);
	json_key(&r->json, "messages");
	json_open_list(&r->json);
	for (size_t i = 0, k = 0; i < p->count || k < p->event_count;) {
		if (k == p->event_count || (i < p->count && p->list[i].number < p->events[k].number))
			write_row(r, &p->list[i++], STR(""));
		else
			TRY(write_event(r, &p->events[k++]));
	}
	json_close_list(&r->json);
	if (p->count) {
		json_key_int(&r->json, "first", p->list[0].number);
		json_key_int(&r->json, "last", p->list[p->count - 1].number);
	} else {
		json_key_null(&r->json, "first");
		json_key_null(&r->json, "last");
	}
	json_key_bool(&r->json, "more_before", p->more_before);
	json_key_bool(&r->json, "more_after", p->more_after);
	json_close(&r->json);
	return ERR_OK;
}

static enum err chat_page_handle(struct req *r)
{
	struct page p = { 0 };
	size_t limit = (size_t)req_int_or(r, "limit", 50);
	int64_t low = 1, high = horizon(r);
	if (req_has(r, "around")) {
		TRY(page_around(r, req_int(r, "around"), limit, &p));
	} else if (req_has(r, "after")) {
		low = req_int(r, "after") + 1;
		TRY(page_of(r, low, INT64_MAX, false, limit, &p));
	} else {
		int64_t before = req_int_or(r, "before", INT64_MAX) - 1;
		high = before < high ? before : high;
		TRY(page_of(r, 1, before, true, limit, &p));
	}
	if (req_bool(r, "events"))
		TRY(events_of(r, low, high, &p));
	return write_page(r, &p);
}

const struct entry chat_page_entry = { .name = "chat.page", .method = "GET", .path = "/api/v1/groups/:group/messages", .what = "Messages, in pages both ways",
	.tx = TX_READ, .rate = RATE_READ, .fields = page_fields, .answer = &page_shape, .may = may_have_been, .handle = chat_page_handle };

/* ---- saying ---- */

static const struct field post_fields[] = {
	PATH_GROUP, { "id", FIELD_TEXT, FIELD_REQUIRED, 1, CHAT_CLIENT_ID_MAX, .what = "the sender's own; a repeat has one effect" },
	{ "text", FIELD_TEXT, FIELD_LINES, 0, CHAT_TEXT_CHARS_MAX }, { "reply", FIELD_INT, FIELD_NULL, 1, INT64_MAX },
	{ "mentions", FIELD_INT, FIELD_LIST, 1, INT64_MAX, .max_items = CHAT_MENTIONS_MAX },
	{ "all", FIELD_BOOL, 0, .what = "owner and stewards: calls everybody" }, { "picture", FIELD_INT, FIELD_NULL, 1, INT64_MAX }, { 0 },
};

static bool is_blank(struct str s) { return text_trim(s).n == 0; }

static bool reply_is_there(struct req *r, int64_t number)
{
	struct message m;
	return chat_get(r->db, r->arena, req_int(r, "group"), number, &m) == ERR_OK;
}

static enum err chat_post_handle(struct req *r)
{
	int64_t mentions[CHAT_MENTIONS_MAX], number, at_us;
	const struct value *named = req_value(r, "mentions");
	struct post p = { .group = req_int(r, "group"), .author = r->account, .reply_to = req_int(r, "reply"), .picture = req_int(r, "picture"),
		.client_id = req_text(r, "id"), .text = req_text(r, "text"), .calls_all = req_bool(r, "all"), .mentions = mentions,
		.now_us = r->now_us };
	for (; named->given && p.mention_count < named->json->count && p.mention_count < CHAT_MENTIONS_MAX; p.mention_count++)
		mentions[p.mention_count] = named->json->items[p.mention_count].integer;
	if (is_blank(p.text) && p.picture == 0)
		return refuse(r, "empty-message", "text");
	if (p.calls_all && api_membership(r).role < ROLE_STEWARD)
		return refuse(r, "forbidden", "all");
	enum err e = chat_post(r->db, &p, &number, &at_us);
	if (e == ERR_CONFLICT && db_failed(r->db) == ERR_OK)
		return refuse(r, "conflict", "id");
	if (e == ERR_NOT_FOUND)
		return refuse(r, "no-such-message", p.reply_to && !reply_is_there(r, p.reply_to) ? "reply" : "picture");
	TRY(e);
	json_open(&r->json);
	json_key_int(&r->json, "number", number);
	json_key_time(&r->json, "at", at_us);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry chat_post_entry = { .name = "chat.post", .method = "POST", .path = "/api/v1/groups/:group/messages", .what = "Say something",
	.tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_TALK, .body_bytes_max = 65536, .socket = true, .fields = post_fields,
	.answer = &api_number_at_shape, .may = may_member, .handle = chat_post_handle };

/* ---- taking back ---- */

static const struct field number_fields[] = { PATH_GROUP, { "number", FIELD_INT, FIELD_PATH, 1, INT64_MAX }, { 0 } };

static enum err take_back(struct req *r, enum message_state how)
{
	int64_t number;
	struct str *file = ARENA_NEW(r->arena, struct str);
	if (file == NULL)
		return ERR_MEMORY;
	TRY(chat_take_back(r->db, r->arena, req_int(r, "group"), req_int(r, "number"), how, r->account, r->now_us, &number, file));
	r->state = file;
	json_open(&r->json);
	json_key_int(&r->json, "number", number);
	json_close(&r->json);
	return ERR_OK;
}

static enum err chat_recall_handle(struct req *r)
{
	struct message m;
	enum err e = chat_get(r->db, r->arena, req_int(r, "group"), req_int(r, "number"), &m);
	if (e == ERR_NOT_FOUND)
		return refuse(r, "no-such-message", NULL);
	TRY(e);
	if (m.author != r->account)
		return refuse(r, "not-yours", NULL);
	if (m.state == MESSAGE_STANDS && r->now_us - m.at_us > CHAT_RECALL_US)
		return refuse(r, "too-late", NULL);
	return take_back(r, MESSAGE_RECALLED);
}

static enum err chat_remove_handle(struct req *r)
{
	enum err e = take_back(r, MESSAGE_REMOVED);
	return e == ERR_NOT_FOUND ? refuse(r, "no-such-message", NULL) : e;
}

/* The picture of a message taken back goes from the disk once that is certain. */
static void taken_back(struct req *r, bool happened)
{
	const struct str *file = r->state;
	if (happened && file && file->n)
		api_picture_remove(r->serve, *file);
}

const struct entry chat_recall_entry = { .name = "chat.recall", .method = "POST", .path = "/api/v1/groups/:group/messages/:number/recall",
	.what = "Take back what I said, within two minutes", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024,
	.socket = true, .fields = number_fields, .answer = &api_number_at_shape, .may = may_member, .handle = chat_recall_handle, .done = taken_back };
const struct entry chat_remove_entry = { .name = "chat.remove", .method = "POST", .path = "/api/v1/groups/:group/messages/:number/remove",
	.what = "Remove a message", .tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 1024, .socket = true,
	.fields = number_fields, .answer = &api_number_at_shape, .may = may_steward, .handle = chat_remove_handle, .done = taken_back };

#define READS_SHOWN_FROM 5 /* fewer could be recognised */
static const struct field reads_fields[] = { { "count", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "null below five" }, { 0 } };
static const struct shape reads_shape = { "Reads", reads_fields };

static enum err chat_reads_handle(struct req *r)
{
	struct message m;
	int64_t count;
	TRY(chat_get(r->db, r->arena, req_int(r, "group"), req_int(r, "number"), &m));
	if (m.author != r->account)
		return refuse(r, "not-yours", NULL);
	TRY(group_readers(r->db, req_int(r, "group"), m.number, r->account, &count));
	json_open(&r->json);
	if (count < READS_SHOWN_FROM)
		json_key_null(&r->json, "count");
	else
		json_key_int(&r->json, "count", count);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry chat_reads_entry = { .name = "chat.reads", .method = "GET", .path = "/api/v1/groups/:group/messages/:number/reads",
	.what = "How many have read a message of mine", .tx = TX_READ, .rate = RATE_READ, .fields = number_fields, .answer = &reads_shape,
	.may = may_member, .handle = chat_reads_handle };

/* ---- catching up ---- */

#define EVENTS_PAGE_MAX 500
static const struct field events_fields[] = {
	PATH_GROUP, { "after", FIELD_INT, FIELD_QUERY | FIELD_REQUIRED, 0, INT64_MAX }, QUERY_LIMIT(EVENTS_PAGE_MAX), { 0 },
};
static const struct field events_answer_fields[] = {
	{ "events", FIELD_ANY, FIELD_REQUIRED | FIELD_LIST, .what = "[group, number, author, at in ms, body], as in the live feed" },
	{ "last", FIELD_INT, FIELD_REQUIRED, .what = "what one has now" }, { "more", FIELD_BOOL, FIELD_REQUIRED }, { 0 },
};
static const struct shape events_shape = { "Events", events_answer_fields };

static enum err chat_events_handle(struct req *r)
{
	struct event *events;
	size_t count, told = 0, limit = (size_t)req_int_or(r, "limit", EVENTS_PAGE_MAX);
	int64_t after = req_int(r, "after"), most = horizon(r);
	TRY(event_read(r->db, r->arena, STREAM_GROUP, req_int(r, "group"), after, limit, &events, &count));
	json_open(&r->json);
	json_key(&r->json, "events");
	json_open_list(&r->json);
	for (; told < count && events[told].number <= most; told++) {
		if (told)
			buf_add_char(&r->out, ',');
		TRY(live_encode(r->db, r->arena, &events[told], &r->out));
	}
	json_close_list(&r->json);
	json_key_int(&r->json, "last", told ? events[told - 1].number : after);
	json_key_bool(&r->json, "more", told == limit);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry chat_events_entry = { .name = "chat.events", .method = "GET", .path = "/api/v1/groups/:group/events",
	.what = "Everything after a number, for who was away", .tx = TX_READ, .rate = RATE_READ, .fields = events_fields, .answer = &events_shape,
	.may = may_have_been, .handle = chat_events_handle };
