/* Dropped files over HTTP: put here, looked at, asked, shown as reports, kept, stopped, taken away. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/drops.h"
#include "report/report.h"

#define PATH_FILE { "file", FIELD_INT, FIELD_PATH, 1, INT64_MAX }
#define YEAR_MIN 1970
#define YEAR_MAX 2106
#define AGAIN_AFTER_S 1

/* ---- shapes ---- */

static const struct field id_fields[] = { { "id", FIELD_INT, FIELD_REQUIRED }, { 0 } };
static const struct shape id_shape = { "DroppedFile", id_fields };

static const struct field group_fields[] = {
	{ "index", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED }, { "messages", FIELD_INT, FIELD_REQUIRED },
	{ "members", FIELD_INT, FIELD_REQUIRED }, { "first_at", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL },
	{ "last_at", FIELD_TIME, FIELD_REQUIRED | FIELD_NULL }, { 0 },
};
static const struct shape group_shape = { "FileGroup", group_fields };
static const struct field asks_fields[] = {
	{ "zone", FIELD_BOOL, FIELD_REQUIRED }, { "date_order", FIELD_BOOL, FIELD_REQUIRED }, { "year", FIELD_BOOL, FIELD_REQUIRED }, { 0 },
};
static const struct shape asks_shape = { "FileQuestions", asks_fields };
static const struct field answers_fields[] = {
	{ "zone", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL }, { "date_order", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL, .one_of = "dmy|mdy|ymd" },
	{ "year", FIELD_INT, FIELD_REQUIRED | FIELD_NULL }, { "self_name", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL }, { 0 },
};
static const struct shape answers_shape = { "FileAnswers", answers_fields };
static const struct field person_fields[] = { { "name", FIELD_TEXT, FIELD_REQUIRED }, { "messages", FIELD_INT, FIELD_REQUIRED }, { 0 } };
static const struct shape person_shape = { "FilePerson", person_fields };
static const struct field line_fields[] = {
	{ "at", FIELD_TIME, FIELD_REQUIRED }, { "author_name", FIELD_TEXT, FIELD_REQUIRED }, { "text", FIELD_TEXT, FIELD_REQUIRED }, { 0 },
};
static const struct shape line_shape = { "FileLine", line_fields };
static const struct field example_fields[] = {
	{ "line", FIELD_INT, FIELD_REQUIRED }, { "file", FIELD_TEXT, FIELD_REQUIRED }, { "text", FIELD_TEXT, FIELD_REQUIRED }, { 0 },
};
static const struct shape example_shape = { "SkippedLine", example_fields };
static const struct field keeping_fields[] = {
	{ "group", FIELD_INT, FIELD_REQUIRED },
	{ "state", FIELD_TEXT, FIELD_REQUIRED, .one_of = "waiting|bringing|done|stopped|strange" },
	{ "added", FIELD_INT, FIELD_REQUIRED }, { "doubled", FIELD_INT, FIELD_REQUIRED, .what = "lines that were there already" },
	{ "skipped", FIELD_INT, FIELD_REQUIRED }, { 0 },
};
static const struct shape keeping_shape = { "Keeping", keeping_fields };
static const struct field file_fields[] = {
	{ "id", FIELD_INT, FIELD_REQUIRED }, { "name", FIELD_TEXT, FIELD_REQUIRED },
	{ "state", FIELD_TEXT, FIELD_REQUIRED, .one_of = "reading|asks|done|strange|stopped" },
	{ "ahead", FIELD_INT, FIELD_REQUIRED, .what = "files on this server that are read before this one" },
	{ "format", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL }, { "format_title", FIELD_TEXT, FIELD_REQUIRED },
	{ "bytes", FIELD_INT, FIELD_REQUIRED }, { "bytes_read", FIELD_INT, FIELD_REQUIRED }, { "lines", FIELD_INT, FIELD_REQUIRED },
	{ "messages", FIELD_INT, FIELD_REQUIRED }, { "skipped", FIELD_INT, FIELD_REQUIRED },
	{ "groups", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &group_shape }, { "groups_in_all", FIELD_INT, FIELD_REQUIRED },
	{ "asks", FIELD_OBJECT, FIELD_REQUIRED, .of = &asks_shape, .what = "what the file itself cannot say and nobody answered yet" },
	{ "answers", FIELD_OBJECT, FIELD_REQUIRED, .of = &answers_shape },
	{ "people", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &person_shape },
	{ "first_lines", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &line_shape },
	{ "examples", FIELD_OBJECT, FIELD_REQUIRED | FIELD_LIST, .of = &example_shape, .what = "of lines not understood" },
	{ "why", FIELD_TEXT, FIELD_REQUIRED | FIELD_NULL }, { "kept", FIELD_INT, FIELD_REQUIRED | FIELD_NULL, .what = "the group" },
	{ "keeping", FIELD_OBJECT, FIELD_REQUIRED | FIELD_NULL, .of = &keeping_shape }, { "expires_at", FIELD_TIME, FIELD_REQUIRED }, { 0 },
};
static const struct shape file_shape = { "File", file_fields };

/* ---- writing ---- */

static const char *title_of(const char *format, bool chinese)
{
	const char *name;
	for (size_t i = 0; format && (name = parse_format_at(i)) != NULL; i++)
		if (strcmp(name, format) == 0)
			return parse_format_title(i, chinese);
	return "";
}

static void text_or_null(struct json_out *j, const char *key, const char *z)
{
	if (z && z[0])
		json_key_text(j, key, str_of(z));
	else
		json_key_null(j, key);
}

static void write_lists(struct json_out *j, const struct drop_facts *f)
{
	json_key(j, "people");
	json_open_list(j);
	for (size_t i = 0; i < f->people_count; i++) {
		json_open(j);
		json_key_text(j, "name", f->people[i].name);
		json_key_int(j, "messages", (int64_t)f->people[i].messages);
		json_close(j);
	}
	json_close_list(j);
	json_key(j, "first_lines");
	json_open_list(j);
	for (size_t i = 0; i < f->first_line_count; i++) {
		json_open(j);
		json_key_time(j, "at", f->first_lines[i].at_us);
		json_key_text(j, "author_name", f->first_lines[i].author);
		json_key_text(j, "text", f->first_lines[i].text);
		json_close(j);
	}
	json_close_list(j);
	json_key(j, "examples");
	json_open_list(j);
	for (size_t i = 0; i < f->example_count; i++) {
		json_open(j);
		json_key_int(j, "line", (int64_t)f->examples[i].line);
		json_key_text(j, "file", f->examples[i].file);
		json_key_text(j, "text", f->examples[i].text);
		json_close(j);
	}
	json_close_list(j);
}

static void write_groups(struct json_out *j, const struct drop_facts *f)
{
	json_key(j, "groups");
	json_open_list(j);
	for (size_t i = 0; i < f->group_count; i++) {
		const struct drop_group *g = &f->groups[i];
		json_open(j);
		json_key_int(j, "index", (int64_t)i);
		json_key_text(j, "name", g->name);
		json_key_int(j, "messages", (int64_t)g->messages);
		json_key_int(j, "members", (int64_t)g->members);
		api_write_time_or_null(j, "first_at", g->first_us);
		api_write_time_or_null(j, "last_at", g->last_us);
		json_close(j);
	}
	json_close_list(j);
	json_key_int(j, "groups_in_all", (int64_t)f->groups_in_all);
}

static void write_questions(struct json_out *j, const struct drop *d)
{
	static const char *const orders[] = { [PARSE_DAY_FIRST] = "dmy", [PARSE_MONTH_FIRST] = "mdy", [PARSE_YEAR_FIRST] = "ymd" };
	const struct drop_answers *a = &d->answers;
	json_key(j, "asks");
	json_open(j);
	json_key_bool(j, "zone", d->facts.asks_zone && a->zone[0] == '\0');
	json_key_bool(j, "date_order", d->facts.asks_date_order && a->order == PARSE_ORDER_UNKNOWN);
	json_key_bool(j, "year", d->facts.asks_year && a->year == 0);
	json_close(j);
	json_key(j, "answers");
	json_open(j);
	text_or_null(j, "zone", a->zone);
	text_or_null(j, "date_order", orders[a->order]);
	if (a->year)
		json_key_int(j, "year", a->year);
	else
		json_key_null(j, "year");
	text_or_null(j, "self_name", a->self_name);
	json_close(j);
}

static void write_keeping(struct json_out *j, const struct drop *d)
{
	static const char *const states[] = { [BRING_WAITS] = "waiting", [BRING_GOES] = "bringing", [BRING_DONE] = "done",
		[BRING_STOPPED] = "stopped", [BRING_STRANGE] = "strange" };
	json_key(j, "kept");
	if (d->kept)
		json_int(j, d->kept);
	else
		json_null(j);
	json_key(j, "keeping");
	if (d->bring == BRING_NONE) {
		json_null(j);
		return;
	}
	json_open(j);
	json_key_int(j, "group", d->kept);
	json_key_text(j, "state", str_of(states[d->bring]));
	json_key_int(j, "added", (int64_t)d->brought.added);
	json_key_int(j, "doubled", (int64_t)d->brought.doubled);
	json_key_int(j, "skipped", (int64_t)d->brought.skipped);
	json_close(j);
}

static void write_file(struct req *r, struct thermometer *t, const struct drop *d)
{
	static const char *const states[] = { "reading", "asks", "done", "strange", "stopped" };
	struct json_out *j = &r->json;
	bool reading = d->state == DROP_READING, going = d->running || d->work != WORK_NONE;
	uint64_t all = d->seen_all ? d->seen_all : d->bytes, seen = d->seen_bytes;
	json_open(j);
	json_key_int(j, "id", d->id);
	json_key_text(j, "name", str_of(d->name));
	json_key_text(j, "state", str_of(states[d->state]));
	json_key_int(j, "ahead", (int64_t)drop_ahead(t, d));
	text_or_null(j, "format", d->facts.format);
	json_key_text(j, "format_title", str_of(title_of(d->facts.format, r->chinese)));
	json_key_int(j, "bytes", (int64_t)d->bytes);
	/* of what was unpacked, in the file's own measure */
	json_key_int(j, "bytes_read", !going && d->state != DROP_STOPPED ? (int64_t)d->bytes : (int64_t)((double)seen / (double)(all + !all) *
		(double)d->bytes));
	json_key_int(j, "lines", (int64_t)(reading ? (uint64_t)d->seen_lines : d->facts.lines));
	json_key_int(j, "messages", (int64_t)(reading ? (uint64_t)d->seen_messages : d->facts.messages));
	json_key_int(j, "skipped", (int64_t)(reading ? (uint64_t)d->seen_skipped : d->facts.skipped));
	write_groups(j, &d->facts);
	write_questions(j, d);
	write_lists(j, &d->facts);
	text_or_null(j, "why", d->state == DROP_STRANGE ? d->why : NULL);
	write_keeping(j, d);
	json_key_time(j, "expires_at", d->made_us + DROP_LIFE_US);
	json_close(j);
}

/* ---- finding ---- */

/* With the lock held when it answers ERR_OK. */
static enum err look(struct req *r, struct thermometer **out_t, struct drop **out_d)
{
	struct thermometer *t = thermometer_of(r);
	if (t == NULL)
		return ERR_BUSY;
	pthread_mutex_lock(&t->lock);
	struct drop *d = drop_find(t, req_int(r, "file"), r->account);
	if (d == NULL) {
		pthread_mutex_unlock(&t->lock);
		return refuse(r, "not-found", NULL);
	}
	*out_t = t;
	*out_d = d;
	return ERR_OK;
}

static enum err no_load(struct req *r) { return may_signed_in(r); }

/* ---- putting it here ---- */

static const struct field add_fields[] = {
	{ "name", FIELD_TEXT, FIELD_QUERY, 0, 255, .what = "what the file is called" }, { 0 },
};

/* Whoever may found a group, or has one. */
static enum err may_read_files(struct req *r)
{
	size_t n;
	struct group *groups;
	enum err e = may_found(r);
	if (e != ERR_REFUSED || r->account == 0)
		return e;
	TRY(group_owned(r->db, r->arena, r->account, 1, &groups, &n));
	if (n == 0)
		return ERR_REFUSED;
	r->problem = NULL;
	return ERR_OK;
}

static enum err add_handle(struct req *r)
{
	struct thermometer *t = thermometer_of(r);
	int64_t id;
	if (t == NULL)
		return ERR_BUSY;
	if (r->body_bytes == 0)
		return refuse(r, "empty-file", NULL);
	enum err e = drop_add(t, r->account, req_text(r, "name"), r->body_path, r->body, r->body_bytes, r->now_us, &id);
	if (e == ERR_LIMIT)
		return refuse(r, "too-many-files", NULL);
	if (e == ERR_IO)
		return refuse(r, "storage-full", NULL);
	TRY(e);
	json_open(&r->json);
	json_key_int(&r->json, "id", id);
	json_close(&r->json);
	return ERR_OK;
}

const struct entry drop_add_entry = { .name = "thermometer.file-add", .method = "POST", .path = "/api/v1/thermometer/files",
	.what = "Drop an export of a group kept elsewhere; it is read in the background and goes after a day", .tx = TX_NONE, .rate = RATE_UPLOAD,
	.body_bytes_max = DROP_BYTES_MAX, .raw_body = true, .fields = add_fields, .answer = &id_shape, .status = 201, .may = may_signed_in,
	.load = may_read_files, .handle = add_handle };

/* ---- looking and answering ---- */

static const struct field get_fields[] = { PATH_FILE, { 0 } };

static enum err get_handle(struct req *r)
{
	struct thermometer *t = NULL;
	struct drop *d = NULL;
	TRY(look(r, &t, &d));
	write_file(r, t, d);
	pthread_mutex_unlock(&t->lock);
	return ERR_OK;
}

const struct entry drop_get_entry = { .name = "thermometer.file-get", .method = "GET", .path = "/api/v1/thermometer/files/:file",
	.what = "A dropped file: how far it is read, what was found, what it asks", .tx = TX_NONE, .rate = RATE_READ, .fields = get_fields,
	.answer = &file_shape, .may = may_signed_in, .load = no_load, .handle = get_handle };

static const struct field set_fields[] = {
	PATH_FILE, { "zone", FIELD_TEXT, 0, 1, 63, .what = "Asia/Shanghai, +08:00 …" },
	{ "date_order", FIELD_TEXT, 0, .one_of = "dmy|mdy|ymd" }, { "year", FIELD_INT, 0, YEAR_MIN, YEAR_MAX },
	{ "self_name", FIELD_TEXT, 0, 0, PARSE_NAME_MAX / 4, .what = "who of them exported it" }, { 0 },
};

static enum err check_zone(struct req *r)
{
	struct zone *zone = NULL;
	char name[64];
	if (!req_has(r, "zone"))
		return ERR_OK;
	if (req_text(r, "zone").n >= sizeof name)
		return refuse(r, "unknown-zone", "zone");
	snprintf(name, sizeof name, STR_FMT, STR_ARG(req_text(r, "zone")));
	enum err e = zone_open(name, &zone);
	zone_free(zone);
	return e == ERR_INPUT ? refuse(r, "unknown-zone", "zone") : e;
}

static enum err set_handle(struct req *r)
{
	struct thermometer *t = NULL;
	struct drop *d = NULL;
	TRY(check_zone(r));
	TRY(look(r, &t, &d));
	struct drop_answers before = d->answers, *a = &d->answers;
	struct str order = req_text(r, "date_order");
	if (req_has(r, "zone"))
		snprintf(a->zone, sizeof a->zone, STR_FMT, STR_ARG(req_text(r, "zone")));
	if (req_has(r, "date_order"))
		a->order = order.p[0] == 'd' ? PARSE_DAY_FIRST : order.p[0] == 'm' ? PARSE_MONTH_FIRST : PARSE_YEAR_FIRST;
	if (req_has(r, "year"))
		a->year = (int)req_int(r, "year");
	if (req_has(r, "self_name"))
		snprintf(a->self_name, sizeof a->self_name, STR_FMT, STR_ARG(req_text(r, "self_name")));
	bool other = strcmp(before.zone, a->zone) || strcmp(before.self_name, a->self_name) || before.order != a->order || before.year != a->year;
	if (other && d->running && d->bring != BRING_GOES) {
		d->again = true; /* what is being read was asked otherwise */
		d->stop = true;
		d->state = DROP_READING;
	} else if (other && d->work == WORK_NONE && !d->running) {
		drop_enqueue(t, d, WORK_READ);
	}
	write_file(r, t, d);
	pthread_mutex_unlock(&t->lock);
	return ERR_OK;
}

const struct entry drop_set_entry = { .name = "thermometer.file-set", .method = "PATCH", .path = "/api/v1/thermometer/files/:file",
	.what = "Answer what the file cannot say; it is read again when that changes anything", .tx = TX_NONE, .rate = RATE_CHANGE,
	.body_bytes_max = 4096, .fields = set_fields, .answer = &file_shape, .may = may_signed_in, .load = no_load, .handle = set_handle };

/* ---- reports ---- */

static const struct field report_fields[] = {
	PATH_FILE, { "group", FIELD_INT, FIELD_QUERY, 0, PARSE_GROUPS_MAX, .what = "index; without it the first" },
	{ "lang", FIELD_TEXT, FIELD_QUERY, .one_of = "zh|en" }, { 0 },
};

static enum err borrow(struct req *r, struct drop_reading **out, struct thermometer **out_t)
{
	struct drop *d = NULL;
	struct thermometer *t = NULL;
	enum err e = ERR_OK;
	TRY(look(r, &t, &d));
	if (d->state == DROP_STRANGE || d->state == DROP_STOPPED) {
		e = refuse(r, "strange-file", NULL);
	} else if (d->state == DROP_READING || d->reading == NULL) {
		if (d->state != DROP_READING && !d->running && d->work == WORK_NONE)
			drop_enqueue(t, d, WORK_READ); /* its answer was forgotten; it comes again */
		r->retry_after_s = AGAIN_AFTER_S;
		e = refuse(r, "not-ready", NULL);
	} else if ((size_t)req_int(r, "group") >= d->reading->diagnosis->group_count) {
		e = refuse(r, "not-found", "group");
	} else {
		d->reading->uses++;
		*out = d->reading;
		*out_t = t;
	}
	pthread_mutex_unlock(&t->lock);
	return e;
}

static enum err report_handle(struct req *r)
{
	struct drop_reading *reading = NULL;
	struct thermometer *t = NULL;
	TRY(borrow(r, &reading, &t));
	enum err e = report_json_group(&reading->diagnosis->groups[req_int(r, "group")], &r->out);
	drop_reading_leave(t, reading);
	return e;
}

static enum err report_html_handle(struct req *r)
{
	struct drop_reading *reading = NULL;
	struct thermometer *t = NULL;
	TRY(borrow(r, &reading, &t));
	struct insight_diagnosis one = *reading->diagnosis;
	one.groups = &reading->diagnosis->groups[req_int(r, "group")];
	one.group_count = 1;
	enum err e = api_report_page(r, &one);
	drop_reading_leave(t, reading);
	return e;
}

const struct entry drop_report_entry = { .name = "thermometer.file-report", .method = "GET", .path = "/api/v1/thermometer/files/:file/report",
	.what = "The thermometer of one group of a file", .tx = TX_NONE, .rate = RATE_READ, .fields = report_fields, .may = may_signed_in,
	.load = no_load, .handle = report_handle };
const struct entry drop_report_html_entry = { .name = "thermometer.file-page", .method = "GET",
	.path = "/api/v1/thermometer/files/:file/report.html", .what = "The same as a page that needs nothing else", .tx = TX_NONE,
	.rate = RATE_READ, .fields = report_fields, .answer_type = "text/html; charset=utf-8", .may = may_signed_in, .load = no_load,
	.handle = report_html_handle };

/* ---- stopping, taking away ---- */

static enum err stop_handle(struct req *r)
{
	struct thermometer *t = NULL;
	struct drop *d = NULL;
	TRY(look(r, &t, &d));
	d->again = false;
	if (d->running) {
		d->stop = true;
	} else if (d->work == WORK_READ) {
		d->work = WORK_NONE;
		d->state = DROP_STOPPED;
	} else if (d->work == WORK_BRING) {
		d->work = WORK_NONE;
		d->bring = BRING_STOPPED;
	}
	pthread_mutex_unlock(&t->lock);
	api_write_empty(r);
	return ERR_OK;
}

const struct entry drop_stop_entry = { .name = "thermometer.file-stop", .method = "POST", .path = "/api/v1/thermometer/files/:file/stop",
	.what = "Stop reading, or keeping; what was kept already stays", .tx = TX_NONE, .rate = RATE_CHANGE, .body_bytes_max = 1024,
	.fields = get_fields, .answer = &api_empty_shape, .may = may_signed_in, .load = no_load, .handle = stop_handle };

static enum err delete_handle(struct req *r)
{
	struct thermometer *t = NULL;
	struct drop *d = NULL;
	TRY(look(r, &t, &d));
	drop_take_away(t, d);
	pthread_mutex_unlock(&t->lock);
	api_write_empty(r);
	return ERR_OK;
}

const struct entry drop_delete_entry = { .name = "thermometer.file-delete", .method = "DELETE", .path = "/api/v1/thermometer/files/:file",
	.what = "Take a file away", .tx = TX_NONE, .rate = RATE_CHANGE, .fields = get_fields, .answer = &api_empty_shape, .may = may_signed_in,
	.load = no_load, .handle = delete_handle };
