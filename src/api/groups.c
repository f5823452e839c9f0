/* Groups: the list of mine, founding one, its page, its settings, its log. */
#include "api/api_private.h"
#include "live/live.h"
#include "packet/packet.h"

static const struct field person_fields[] = { { "id", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED }, { 0 } };
static const struct shape person_shape = { "Person", person_fields };

static const struct field last_fields[] = {
	{ "number", FIELD_INT, FIELD_REQUIRED }, { "at", FIELD_TIME, FIELD_REQUIRED }, { "author", FIELD_INT, FIELD_REQUIRED },
	{ "author_name", FIELD_TEXT, FIELD_REQUIRED }, { "kind", FIELD_TEXT, FIELD_REQUIRED, .one_of = "text|picture|recalled|removed|packet" },
	{ "text", FIELD_TEXT, FIELD_REQUIRED }, { 0 },
};
static const struct shape last_shape = { "LastMessage", last_fields };

#define GROUP_FIELDS                                                                                                     \
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED },                                     \
	{ "kind", FIELD_TEXT, FIELD_REQUIRED, .one_of = "hosted|external" },                                             \
	{ "role", FIELD_TEXT, FIELD_REQUIRED, .one_of = "owner|steward|member" },                                        \
	{ "state", FIELD_TEXT, FIELD_REQUIRED, .one_of = "in|left|removed" }, { "members", FIELD_INT, FIELD_REQUIRED },  \
	{ "number", FIELD_INT, FIELD_REQUIRED, .what = "of the newest event" }, { "read_number", FIELD_INT, FIELD_REQUIRED }, \
	{ "unread", FIELD_INT, FIELD_REQUIRED }, { "mentions", FIELD_INT, FIELD_REQUIRED },                              \
	{ "muted", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL, .what = "until when, or always" },                           \
	{ "pinned", FIELD_BOOL, FIELD_REQUIRED },                                                                        \
	{ "dissolved_at", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL, .what = "its owner ended it" }, { "last", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &last_shape }

static const struct field group_fields[] = { GROUP_FIELDS, { 0 } };
const struct shape api_group_shape = { "Group", group_fields };
static const struct field group_whole_fields[] = {
	GROUP_FIELDS,
	{ "common_ground", FIELD_TEXT, FIELD_REQUIRED }, { "tags", FIELD_TEXT, FIELD_REQUIRED | FIELD_LIST }, { "rules", FIELD_TEXT, FIELD_REQUIRED },
	{ "capacity", FIELD_INT, FIELD_REQUIRED }, { "owner", FIELD_OBJECT, FIELD_REQUIRED, .of = &person_shape },
	{ "members_invite", FIELD_BOOL, FIELD_REQUIRED }, { "sister", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &person_shape },
	{ "sister_found", FIELD_BOOL, FIELD_REQUIRED }, { "packet_board", FIELD_BOOL, FIELD_REQUIRED }, { "waiting", FIELD_INT, FIELD_REQUIRED | FIELD_NULL },
	{ "claims", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "owner: names of the history that somebody says are his" },
	{ "created_at", FIELD_TIME, FIELD_REQUIRED }, { "history", FIELD_BOOL, FIELD_REQUIRED, .what = "lines before number 1" }, { 0 },
};
const struct shape api_group_whole_shape = { "GroupWhole", group_whole_fields };

static void write_last_packet(struct json_out *j, const struct packet *p)
{
	json_open(j);
	json_key_int(j, "number", p->number);
	json_key_time(j, "at", p->at_us);
	json_key_int(j, "author", p->sender);
	json_key_text(j, "author_name", p->sender_name);
	json_key_text(j, "kind", STR("packet"));
	json_key_text(j, "text", p->message);
	json_close(j);
}

/* The newest message, or red packet. */
static enum err write_last(struct req *r, int64_t group)
{
	struct message m;
	struct packet p;
	enum err e = chat_last(r->db, r->arena, group, &m), packet = packet_last(r->db, r->arena, group, r->account, &p);
	json_key(&r->json, "last");
	if (packet != ERR_NOT_FOUND)
		TRY(packet);
	if (e != ERR_NOT_FOUND)
		TRY(e);
	if (packet == ERR_OK && (e == ERR_NOT_FOUND || p.number > m.number)) {
		write_last_packet(&r->json, &p);
		return ERR_OK;
	}
	if (e == ERR_NOT_FOUND) {
		json_null(&r->json);
		return ERR_OK;
	}
	json_open(&r->json);
	json_key_int(&r->json, "number", m.number);
	json_key_time(&r->json, "at", m.at_us);
	json_key_int(&r->json, "author", m.author);
	json_key_text(&r->json, "author_name", m.author_name);
	json_key_text(&r->json, "kind", m.state == MESSAGE_RECALLED ? STR("recalled") : m.state == MESSAGE_REMOVED ? STR("removed") :
		m.picture.id ? STR("picture") : STR("text"));
	json_key_text(&r->json, "text", utf8_first(m.text, 300));
	json_close(&r->json);
	return ERR_OK;
}

static enum err write_members_of_group(struct req *r, const struct group *g, const struct membership *me, int64_t number)
{
	int64_t unread = 0, packets = 0, mentions = 0;
	bool in = me->state == MEMBER_IN;
	if (in) {
		TRY(chat_unread(r->db, g->id, r->account, me->read_number, &unread, &mentions));
		TRY(packet_unread(r->db, g->id, r->account, me->read_number, &packets));
	}
	json_key_int(&r->json, "id", g->id);
	json_key_text(&r->json, "name", g->name);
	json_key_text(&r->json, "kind", g->kind);
	json_key_text(&r->json, "role", str_of(role_word(me->role)));
	json_key_text(&r->json, "state", in ? STR("in") : me->state == MEMBER_LEFT ? STR("left") : STR("removed"));
	json_key_int(&r->json, "members", g->members);
	json_key_int(&r->json, "number", in ? number : me->last_seen);
	json_key_int(&r->json, "read_number", me->read_number);
	json_key_int(&r->json, "unread", unread + packets);
	json_key_int(&r->json, "mentions", mentions);
	if (me->muted_until_us == GROUP_FOREVER_US)
		json_key_text(&r->json, "muted", STR("always"));
	else
		api_write_time_or_null(&r->json, "muted", me->muted_until_us > r->now_us ? me->muted_until_us : 0);
	json_key_bool(&r->json, "pinned", me->pinned);
	api_write_time_or_null(&r->json, "dissolved_at", g->dissolved_us);
	if (in)
		return write_last(r, g->id);
	json_key_null(&r->json, "last");
	return ERR_OK;
}

static const struct field list_fields[] = { { "groups", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &api_group_shape }, { 0 } };
static const struct shape list_shape = { "Groups", list_fields };

static enum err group_list_handle(struct req *r)
{
	struct group_line *lines;
	size_t n;
	TRY(group_list(r->db, r->arena, r->account, &lines, &n));
	json_open(&r->json);
	json_key(&r->json, "groups");
	json_open_list(&r->json);
	for (size_t i = 0; i < n; i++) {
		json_open(&r->json);
		TRY(write_members_of_group(r, &lines[i].group, &lines[i].me, lines[i].number));
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry group_list_entry = { .name = "group.list", .method = "GET", .path = "/api/v1/groups", .what = "My groups",
	.tx = TX_READ, .rate = RATE_READ, .answer = &list_shape, .may = may_signed_in, .handle = group_list_handle };

enum err api_write_group_whole(struct req *r, int64_t group)
{
	struct group g;
	struct membership me;
	struct str tags[GROUP_TAGS_MAX];
	size_t tag_count;
	int64_t number, waiting = 0;
	TRY(group_get(r->db, r->arena, group, &g));
	TRY(group_membership(r->db, group, r->account, &me));
	TRY(group_tags(r->db, r->arena, group, tags, &tag_count));
	TRY(event_last(r->db, STREAM_GROUP, group, &number));
	json_open(&r->json);
	TRY(write_members_of_group(r, &g, &me, number));
	json_key_text(&r->json, "common_ground", g.common_ground);
	json_key(&r->json, "tags");
	json_open_list(&r->json);
	for (size_t i = 0; i < tag_count; i++)
		json_text(&r->json, tags[i]);
	json_close_list(&r->json);
	json_key_text(&r->json, "rules", g.rules);
	json_key_int(&r->json, "capacity", g.capacity);
	api_write_person_or_null(&r->json, "owner", g.owner, g.owner_name);
	json_key_bool(&r->json, "members_invite", g.members_invite);
	api_write_person_or_null(&r->json, "sister", g.sister, g.sister_name);
	json_key_bool(&r->json, "sister_found", g.sister_found);
	json_key_bool(&r->json, "packet_board", g.packet_board);
	if (me.role >= ROLE_STEWARD && me.state == MEMBER_IN) {
		TRY(group_waiting_count(r->db, group, &waiting));
		json_key_int(&r->json, "waiting", waiting);
	} else {
		json_key_null(&r->json, "waiting");
	}
	if (me.role == ROLE_OWNER && me.state == MEMBER_IN) {
		TRY(chat_history_claims_count(r->db, group, &waiting));
		json_key_int(&r->json, "claims", waiting);
	} else {
		json_key_null(&r->json, "claims");
	}
	bool history = false;
	TRY(chat_has_history(r->db, group, &history));
	json_key_time(&r->json, "created_at", g.made_us);
	json_key_bool(&r->json, "history", history);
	json_close(&r->json);
	return ERR_OK;
}

/* ---- founding and changing ---- */

#define SETTINGS(required)                                                                                       \
	{ "name", FIELD_TEXT, required, 1, GROUP_NAME_CHARS_MAX },                                               \
	{ "common_ground", FIELD_TEXT, required, 1, GROUP_GROUND_CHARS_MAX, .what = "what its members share" },  \
	{ "tags", FIELD_TEXT, FIELD_LIST, 1, GROUP_TAG_CHARS_MAX, .max_items = GROUP_TAGS_MAX },                 \
	{ "rules", FIELD_TEXT, FIELD_LINES, 0, GROUP_RULES_CHARS_MAX },                                          \
	{ "capacity", FIELD_INT, 0, 2, GROUP_CAPACITY_MAX }

static const struct field add_fields[] = { SETTINGS(FIELD_REQUIRED), { "kind", FIELD_TEXT, 0, .one_of = "hosted|external" }, { 0 } };

static enum err group_add_handle(struct req *r)
{
	struct str tags[GROUP_TAGS_MAX];
	size_t tag_count;
	int64_t group;
	struct group g = { .owner = r->account, .name = req_text(r, "name"), .common_ground = req_text(r, "common_ground"),
		.rules = req_text(r, "rules"), .capacity = req_int_or(r, "capacity", GROUP_CAPACITY_DEFAULT),
		.external = str_eq(req_text(r, "kind"), STR("external")) };
	TRY(api_texts(r, "tags", GROUP_TAGS_MAX, tags, &tag_count));
	TRY(group_add(r->db, &g, tags, tag_count, r->now_us, &group));
	return api_write_group_whole(r, group);
}

const struct entry group_add_entry = { .name = "group.add", .method = "POST", .path = "/api/v1/groups", .what = "Found a group",
	.tx = TX_WRITE, .lock = LOCK_ACCOUNT, .rate = RATE_FOUND, .body_bytes_max = 32768, .fields = add_fields, .answer = &api_group_whole_shape,
	.status = 201, .may = may_found, .handle = group_add_handle };

static const struct field get_fields[] = { PATH_GROUP, { 0 } };
static enum err group_get_handle(struct req *r) { return api_write_group_whole(r, req_int(r, "group")); }

const struct entry group_get_entry = { .name = "group.get", .method = "GET", .path = "/api/v1/groups/:group", .what = "One group",
	.tx = TX_READ, .rate = RATE_READ, .fields = get_fields, .answer = &api_group_whole_shape, .may = may_have_been, .handle = group_get_handle };

static const struct field set_fields[] = {
	PATH_GROUP, SETTINGS(0), { "members_invite", FIELD_BOOL, 0 },
	{ "sister", FIELD_INT, FIELD_NULL, 1, INT64_MAX, .what = "a group of mine where people go when this one is full" },
	{ "sister_found", FIELD_BOOL, 0, .what = "found a sister by itself when there is none with room" },
	{ "packet_board", FIELD_BOOL, 0, .what = "the day's board of who took most" }, { 0 },
};

static enum err own_sister(struct req *r, int64_t sister)
{
	struct membership m;
	TRY(group_membership(r->db, sister, r->account, &m));
	return m.state == MEMBER_IN && m.role == ROLE_OWNER && sister != req_int(r, "group") ? ERR_OK : refuse(r, "not-found", "sister");
}

static enum err group_set_handle(struct req *r)
{
	struct group g;
	TRY(group_get(r->db, r->arena, req_int(r, "group"), &g));
	g.name = req_has(r, "name") ? req_text(r, "name") : g.name;
	g.common_ground = req_has(r, "common_ground") ? req_text(r, "common_ground") : g.common_ground;
	g.rules = req_has(r, "rules") ? req_text(r, "rules") : g.rules;
	g.capacity = req_int_or(r, "capacity", g.capacity);
	if (g.capacity < g.members) {
		refuse_with_int(r, "min", g.members);
		return refuse(r, "out-of-range", "capacity");
	}
	g.members_invite = req_has(r, "members_invite") ? req_bool(r, "members_invite") : g.members_invite;
	g.sister_found = req_has(r, "sister_found") ? req_bool(r, "sister_found") : g.sister_found;
	g.packet_board = req_has(r, "packet_board") ? req_bool(r, "packet_board") : g.packet_board;
	if (req_has(r, "sister")) {
		g.sister = req_int(r, "sister");
		if (g.sister)
			TRY(own_sister(r, g.sister));
	}
	TRY(group_set(r->db, &g, r->account, r->now_us));
	if (req_has(r, "tags")) {
		struct str tags[GROUP_TAGS_MAX];
		size_t n;
		TRY(api_texts(r, "tags", GROUP_TAGS_MAX, tags, &n));
		TRY(group_set_tags(r->db, g.id, tags, n));
	}
	return api_write_group_whole(r, g.id);
}

const struct entry group_set_entry = { .name = "group.set", .method = "PATCH", .path = "/api/v1/groups/:group", .what = "Change a group",
	.tx = TX_WRITE, .lock = LOCK_GROUP, .rate = RATE_CHANGE, .body_bytes_max = 32768, .fields = set_fields, .answer = &api_group_whole_shape,
	.may = may_owner, .handle = group_set_handle };

/* ---- names and the log ---- */

static const struct field names_fields[] = {
	PATH_GROUP, { "ids", FIELD_TEXT, FIELD_QUERY, 1, 2000, .what = "1,2,3; at most 100" }, { 0 },
};
static const struct field names_answer_fields[] = { { "names", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &person_shape }, { 0 } };
static const struct shape names_shape = { "Names", names_answer_fields };
#define NAMES_MAX 100

static enum err group_names_handle(struct req *r)
{
	struct str rest = req_text(r, "ids"), one;
	json_open(&r->json);
	json_key(&r->json, "names");
	json_open_list(&r->json);
	for (size_t n = 0; n < NAMES_MAX && str_cut(&rest, ',', &one); n++) {
		struct str name;
		int64_t id;
		if (str_int(one, 1, INT64_MAX, &id) != ERR_OK)
			return refuse(r, "wrong-type", "ids");
		enum err e = group_name_of(r->db, r->arena, req_int(r, "group"), id, &name);
		if (e == ERR_NOT_FOUND)
			continue;
		TRY(e);
		json_open(&r->json);
		json_key_int(&r->json, "id", id);
		json_key_text(&r->json, "name", name);
		json_close(&r->json);
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry group_names_entry = { .name = "group.names", .method = "GET", .path = "/api/v1/groups/:group/names",
	.what = "Names of people seen in a group", .tx = TX_READ, .rate = RATE_READ, .fields = names_fields, .answer = &names_shape,
	.may = may_have_been, .handle = group_names_handle };

static const struct field log_fields[] = { PATH_GROUP, { "before", FIELD_INT, FIELD_QUERY, 1, INT64_MAX }, { 0 } };
static const struct field entry_fields[] = {
	{ "number", FIELD_INT, FIELD_REQUIRED }, { "at", FIELD_TIME, FIELD_REQUIRED }, { "actor", FIELD_OBJECT, FIELD_REQUIRED, .of = &person_shape },
	{ "event", FIELD_ANY, FIELD_REQUIRED, .what = "as in the live feed" },
	{ "subject", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &person_shape }, { 0 },
};
static const struct shape log_entry_shape = { "LogEntry", entry_fields };
static const struct field log_answer_fields[] = { { "entries", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &log_entry_shape }, { 0 } };
static const struct shape log_shape = { "Log", log_answer_fields };
#define LOG_PAGE 50

static enum err person(struct req *r, const char *key, int64_t account, bool is_person)
{
	struct str name = STR("");
	enum err e = is_person ? group_name_of(r->db, r->arena, req_int(r, "group"), account, &name) : ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	api_write_person_or_null(&r->json, key, is_person ? account : 0, name);
	return ERR_OK;
}

/* Talk, and play: what the log is not about. */
static bool is_talk(enum event_kind k)
{
	return k == EVENT_MESSAGE || k == EVENT_RECALLED || k == EVENT_PACKET || k == EVENT_GRABBED || k == EVENT_RETURNED;
}

static enum err write_log_entry(struct req *r, const struct event *e)
{
	CLEANUP(buf_free) struct buf body = BUF(1u << 20);
	TRY(live_encode_body(r->db, r->arena, e, &body));
	json_open(&r->json);
	json_key_int(&r->json, "number", e->number);
	json_key_time(&r->json, "at", e->at_us);
	TRY(person(r, "actor", e->actor, true));
	json_key(&r->json, "event");
	json_raw(&r->json, buf_str(&body));
	TRY(person(r, "subject", e->subject, e->kind != EVENT_REMOVED && e->kind != EVENT_CHANGED && e->kind != EVENT_HISTORY && e->kind != EVENT_DISSOLVED));
	json_close(&r->json);
	return ERR_OK;
}

/* Everything in the group's journal that is not talk. */
static enum err group_log_handle(struct req *r)
{
	struct event *events;
	size_t count, told = 0;
	int64_t before = req_int_or(r, "before", INT64_MAX);
	struct membership me = api_membership(r);
	if (me.state != MEMBER_IN && before > me.last_seen + 1)
		before = me.last_seen + 1;
	json_open(&r->json);
	json_key(&r->json, "entries");
	json_open_list(&r->json);
	for (int pages = 0; pages < 20 && told < LOG_PAGE; pages++) {
		TRY(event_read_back(r->db, r->arena, STREAM_GROUP, req_int(r, "group"), before, EVENT_READ_MAX, &events, &count));
		for (size_t i = 0; i < count && told < LOG_PAGE; i++) {
			if (is_talk(events[i].kind))
				continue;
			TRY(write_log_entry(r, &events[i]));
			told++;
		}
		if (count < EVENT_READ_MAX)
			break;
		before = events[count - 1].number;
	}
	json_close_list(&r->json);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry group_log_entry = { .name = "group.log", .method = "GET", .path = "/api/v1/groups/:group/log",
	.what = "What was done in a group: roles, removals, changes, who joined", .tx = TX_READ, .rate = RATE_READ, .fields = log_fields,
	.answer = &log_shape, .may = may_have_been, .handle = group_log_handle };
