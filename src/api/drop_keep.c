/*
 * Keeping a group of a dropped file: founding it here (as an external group) or choosing one of mine, and then its history in
 * the background (drop_bring.c). The answer comes when the group is there; how far its history is, the file tells.
 */
#include <stdio.h>

#include "api/drops.h"

static const struct field keep_fields[] = {
	{ "file", FIELD_INT, FIELD_PATH, 1, INT64_MAX },
	{ "group", FIELD_INT, FIELD_REQUIRED, 0, PARSE_GROUPS_MAX, .what = "index in the file" },
	{ "into", FIELD_INT, FIELD_NULL, 1, INT64_MAX, .what = "a group of mine; without it one is founded" }, { 0 },
};
static const struct field kept_fields[] = { { "group", FIELD_INT, FIELD_REQUIRED }, { 0 } };
static const struct shape kept_shape = { "KeptGroup", kept_fields };

struct keeping { /* a request's own */
	struct thermometer *t;
	int64_t file, group;
	size_t index;
	bool founded, again;
	struct str name;
	char format[64];
};

/* The owner of the group it goes into; whoever may found one, when it is new. */
static enum err may_keep(struct req *r)
{
	struct membership me;
	TRY(may_signed_in(r));
	if (!req_has(r, "into") || req_int(r, "into") == 0)
		return may_found(r);
	TRY(group_membership(r->db, req_int(r, "into"), r->account, &me));
	if (me.state != MEMBER_IN)
		return refuse(r, "not-found", "into");
	return me.role == ROLE_OWNER ? ERR_OK : refuse(r, "only-owner", "into");
}

/* A zone that was said for an earlier file of the same group answers for this one. */
static enum err zone_is_known(struct req *r, int64_t into, bool *out_known)
{
	struct history_file last;
	enum err e = into ? chat_history_file_last(r->db, r->arena, into, &last) : ERR_NOT_FOUND;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*out_known = e == ERR_OK && last.zone.n > 0;
	return ERR_OK;
}

static enum err check(struct req *r, struct drop *d, bool zone_known, struct keeping *k)
{
	const struct drop_facts *f = &d->facts;
	bool only_zone = f->asks_zone && zone_known && !(f->asks_date_order && d->answers.order == PARSE_ORDER_UNKNOWN) &&
		!(f->asks_year && d->answers.year == 0);
	if (d->state == DROP_STRANGE || d->state == DROP_STOPPED)
		return refuse(r, "strange-file", NULL);
	if (d->state == DROP_READING || d->running || d->work != WORK_NONE || (d->keep_asked && d->keep_asked != r))
		return refuse(r, "not-ready", NULL);
	if (d->state == DROP_ASKS && !only_zone)
		return refuse(r, "asks-first", NULL);
	if (k->index >= f->group_count)
		return refuse(r, "out-of-range", "group");
	if (k->group && drop_group_is_brought(k->t, k->group))
		return refuse(r, "not-ready", "into");
	if (k->group == 0 && d->kept_new && d->kept_index == k->index) {
		k->group = d->kept; /* founded already: the same again */
		k->again = true;
	}
	d->keep_asked = r;
	snprintf(k->format, sizeof k->format, "%s", f->groups[k->index].format ? f->groups[k->index].format : "");
	struct str name = text_trim(f->groups[k->index].name);
	return arena_copy(r->arena, name.n ? name : str_of(d->name), &k->name);
}

/* A group's name has GROUP_NAME_CHARS_MAX characters and no control characters. */
static struct str fit_name(struct str name)
{
	char *p = (char *)name.p; /* our own copy */
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			p[i] = ' ';
	while (utf8_chars(name) > GROUP_NAME_CHARS_MAX)
		name = utf8_first(name, name.n - 1);
	return text_trim(name);
}

static enum err found(struct req *r, struct keeping *k)
{
	const char *name, *title = k->format;
	for (size_t i = 0; (name = parse_format_at(i)) != NULL; i++)
		if (strcmp(name, k->format) == 0)
			title = parse_format_title(i, r->chinese);
	struct group g = { .owner = r->account, .name = fit_name(k->name), .capacity = GROUP_CAPACITY_DEFAULT, .external = true };
	TRY(arena_print(r->arena, &g.common_ground, r->chinese ? "从导出文件读来（%s）" : "Read from its exports (%s)", title));
	while (utf8_chars(g.common_ground) > GROUP_GROUND_CHARS_MAX)
		g.common_ground = utf8_first(g.common_ground, g.common_ground.n - 1);
	k->founded = true;
	return group_add(r->db, &g, NULL, 0, r->now_us, &k->group);
}

static enum err keep_handle(struct req *r)
{
	struct keeping *k = ARENA_NEW(r->arena, struct keeping);
	bool zone_known = false;
	if (k == NULL)
		return ERR_MEMORY;
	*k = (struct keeping){ .t = thermometer_of(r), .file = req_int(r, "file"), .group = req_int(r, "into"),
		.index = (size_t)req_int(r, "group") };
	r->state = k;
	if (k->t == NULL)
		return ERR_BUSY;
	TRY(zone_is_known(r, k->group, &zone_known));
	pthread_mutex_lock(&k->t->lock);
	struct drop *d = drop_find(k->t, k->file, r->account);
	enum err e = d ? check(r, d, zone_known, k) : refuse(r, "not-found", NULL);
	pthread_mutex_unlock(&k->t->lock);
	TRY(e);
	if (k->group == 0)
		TRY(found(r, k));
	json_open(&r->json);
	json_key_int(&r->json, "group", k->group);
	json_close(&r->json);
	return ERR_OK;
}

/* The group is there for certain: now its history. */
static void keep_done(struct req *r, bool happened)
{
	struct keeping *k = r->state;
	if (k == NULL || k->t == NULL)
		return;
	pthread_mutex_lock(&k->t->lock);
	struct drop *d = drop_find(k->t, k->file, r->account);
	if (d && d->keep_asked == r) {
		d->keep_asked = NULL;
		if (happened) {
			d->kept = k->group;
			d->kept_index = k->index;
			d->kept_new = k->founded || k->again;
			d->bring = BRING_WAITS;
			d->brought = (struct insight_brought){ 0 };
			drop_enqueue(k->t, d, WORK_BRING);
		}
	}
	pthread_mutex_unlock(&k->t->lock);
}

const struct entry drop_keep_entry = { .name = "thermometer.file-keep", .method = "POST", .path = "/api/v1/thermometer/files/:file/keep",
	.what = "Keep a group of a file: as a group of its own, or behind one of mine", .tx = TX_WRITE, .lock = LOCK_ACCOUNT, .rate = RATE_CHANGE,
	.body_bytes_max = 1024, .fields = keep_fields, .answer = &kept_shape, .may = may_keep, .handle = keep_handle, .done = keep_done };
