/*
 * Sockets: who sits at each, its commands and their answers, its own news.
 *
 * A command is an entry like any other; its answer comes back from whatever thread finished it through the inbox. A socket
 * is known there by a number that is never used again, so an answer to one that is gone finds nobody.
 */
#include <stdio.h>
#include <stdlib.h>

#include "live/live_private.h"

#define COMMAND_BYTES_MAX NET_WS_IN_BYTES_MAX
#define SEND_MAX 4096

void sock_send(struct sock *s, const char *format, ...)
{
	char text[SEND_MAX];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (n > 0 && n < (int)sizeof text)
		net_ws_send(s->ws, (struct str){ text, (size_t)n });
}

/* ---- being here ---- */

static enum err arrive(struct live *l, struct sock *s)
{
	struct presence *p = idmap_get(l->accounts, (uint64_t)s->account);
	TRY(idmap_put(l->sockets, s->number, s));
	if (p == NULL) {
		p = calloc(1, sizeof *p);
		if (p == NULL || idmap_put(l->accounts, (uint64_t)s->account, p) != ERR_OK) {
			free(p);
			idmap_remove(l->sockets, s->number);
			return ERR_MEMORY;
		}
	}
	s->next_of_account = p->first;
	p->first = s;
	return ERR_OK;
}

static int on_open(void *arg, struct net_ws *ws, const struct net_request *r, void **out_user)
{
	struct live *l = arg;
	if (!str_eq(r->path, STR(LIVE_PATH)))
		return 404;
	struct sock *s = calloc(1, sizeof *s);
	if (s == NULL)
		return 503;
	*s = (struct sock){ .live = l, .ws = ws, .number = ++l->next_socket };
	s->last_waiting = &s->first_waiting;
	snprintf(s->peer, sizeof s->peer, "%s", r->peer);
	s->secure = r->secure;
	s->deflated = str_find(r->query, STR("pack=deflate-raw")) >= 0;
	int status = serve_who(l->serve, r, &s->account, &s->session, &s->chinese);
	if (status == 101 && arrive(l, s) != ERR_OK)
		status = 503;
	if (status != 101) {
		free(s);
		return status;
	}
	*out_user = s;
	sock_send(s, "{\"hello\":{\"account\":%lld,\"server\":\"" HEARTH_VERSION "\"}}", (long long)s->account);
	return 101;
}

static void on_closed(void *arg, struct net_ws *ws, void *user)
{
	struct sock *s = user;
	struct live *l = s->live;
	struct presence *p = idmap_get(l->accounts, (uint64_t)s->account);
	idmap_remove(l->sockets, s->number);
	for (struct sock **at = p ? &p->first : NULL; at && *at; at = &(*at)->next_of_account)
		if (*at == s) {
			*at = s->next_of_account;
			break;
		}
	if (p && p->first == NULL) {
		idmap_remove(l->accounts, (uint64_t)s->account);
		free(p);
	}
	while (s->first_waiting) {
		struct waiting *w = s->first_waiting;
		s->first_waiting = w->next;
		free(w);
	}
	free(s);
}

static void on_cut(void *arg, struct net_ws *ws, void *user, struct net_log *log, uint64_t offset)
{
	struct sock *s = user;
	live_hub_cut(s->live, s, log, offset);
}

/* ---- commands ---- */

/* What a command in flight remembers. */
struct asked {
	struct live *live;
	uint64_t socket;
	int64_t as;
	bool has_as, is_write;
	uint64_t generation, outs;
};

static void on_answer(struct req *r)
{
	struct asked *q = r->answer_to;
	struct reply *reply = calloc(1, sizeof *reply);
	if (reply) {
		*reply = (struct reply){ .socket = q->socket, .as = q->as, .has_as = q->has_as, .is_write = q->is_write,
			.status = r->status, .body = BUF(NET_WS_OUT_BYTES_MAX) };
		req_answer_json(r, &reply->body);
		reply->placement = r->problem ? NULL : live_placement_of(r);
		if (reply->placement) {
			reply->placement->generation = q->generation;
			reply->placement->outs = q->outs;
		}
		if (queue_put(q->live->replies, &reply->link) == ERR_OK) {
			net_wake(q->live->net);
		} else {
			buf_free(&reply->body);
			live_placement_free(reply->placement);
			free(reply);
		}
	}
	free(q);
}

static void refuse_command(struct sock *s, const struct asked *q, const char *slug)
{
	char re[32] = "";
	CLEANUP(buf_free) struct buf body = BUF(SEND_MAX);
	int status = serve_problem(slug, s->chinese, &body);
	if (q->has_as)
		snprintf(re, sizeof re, "\"re\":%lld,", (long long)q->as);
	sock_send(s, "{%s\"status\":%d,\"body\":" STR_FMT "}", re, status, STR_ARG(buf_str(&body)));
}

/* Answered from memory, while the command is being handed on. */
static void on_answer_here(struct req *r)
{
	struct asked *q = r->answer_to;
	struct sock *s = idmap_get(q->live->sockets, q->socket);
	s->writes_running -= q->is_write;
	if (q->has_as)
		sock_send(s, "{\"re\":%lld,\"status\":%d,\"body\":" STR_FMT "}", (long long)q->as, r->status, STR_ARG(buf_str(&r->out)));
	free(q);
}

static bool is_member(void *who, int64_t group)
{
	const struct sock *s = who;
	return live_hub_follows(s->live, s, group);
}

static void command(struct sock *s, struct str text)
{
	struct live *l = s->live;
	struct asked *q = calloc(1, sizeof *q);
	struct arena *a = arena_new(SERVE_REQUEST_ARENA_MAX);
	struct json *tree = NULL;
	size_t at;
	if (q == NULL || a == NULL) {
		arena_free(a);
		free(q);
		return;
	}
	*q = (struct asked){ .live = l, .socket = s->number };
	enum err e = json_read(a, text, SERVE_JSON_DEPTH_MAX, &tree, &at);
	const struct json *as = e == ERR_OK ? json_get(tree, "as") : NULL, *name = e == ERR_OK ? json_get(tree, "do") : NULL;
	q->has_as = as && as->kind == JSON_INT;
	q->as = q->has_as ? as->integer : 0;
	struct presence *p = idmap_get(l->accounts, (uint64_t)s->account);
	q->generation = p ? p->generation : 0;
	q->outs = p ? p->outs : 0;
	if (e != ERR_OK || name == NULL || name->kind != JSON_TEXT) {
		refuse_command(s, q, "bad-json");
		arena_free(a);
		free(q);
		return;
	}
	q->is_write = !str_eq(name->text, str_of(live_follow_entry.name));
	s->writes_running += q->is_write;
	struct serve_command c = { .name = name->text, .tree = tree, .arena = a, .is_member = is_member, .who = s,
		.answer_here = on_answer_here, .account = s->account, .session = s->session,
		.chinese = s->chinese, .secure = s->secure, .peer = str_of(s->peer), .answer = on_answer,
		.answer_to = q };
	e = serve_command(l->serve, &c);
	if (e != ERR_OK) {
		s->writes_running -= q->is_write;
		refuse_command(s, q, e == ERR_NOT_FOUND ? "not-found" : "busy");
		free(q);
	}
}

/* On PostgreSQL a pool works in parallel, so what must stay in order waits here for its turn. */
static bool must_wait(const struct sock *s)
{
	return s->writes_running > 0 && db_kind_of(serve_db(s->live->serve)) == DB_POSTGRES;
}

static void on_text(void *arg, struct net_ws *ws, void *user, struct str text)
{
	struct sock *s = user;
	if (!must_wait(s)) {
		command(s, text);
		return;
	}
	struct waiting *w = s->waiting_count < LIVE_COMMANDS_WAITING_MAX ? malloc(sizeof *w + text.n + 1) : NULL;
	if (w == NULL) {
		net_ws_close(ws, 1008, "too fast");
		return;
	}
	char *copy = (char *)(w + 1);
	memcpy(copy, text.p, text.n);
	*w = (struct waiting){ NULL, { copy, text.n } };
	*s->last_waiting = w;
	s->last_waiting = &w->next;
	s->waiting_count++;
}

static void next_waiting(struct sock *s)
{
	while (s->first_waiting && !must_wait(s)) {
		struct waiting *w = s->first_waiting;
		s->first_waiting = w->next;
		if (s->first_waiting == NULL)
			s->last_waiting = &s->first_waiting;
		s->waiting_count--;
		command(s, w->text);
		free(w);
	}
}

/* ---- answers ---- */

/* Put the socket where it asked to be; *body becomes the answer. Own news may have changed what it may follow since the
 * question was put: then it is told that it is behind everywhere, and asks again. */
static void place(struct live *l, struct sock *s, const struct placement *p, struct buf *body)
{
	const struct presence *here = idmap_get(l->accounts, (uint64_t)s->account);
	bool stale = here == NULL || here->generation != p->generation; /* own news went out before this replay */
	bool went = here == NULL || here->outs != p->outs;               /* it may be out of a group it asked for */
	buf_clear(body);
	buf_add(body, STR("{\"behind\":["));
	for (size_t i = 0, n = 0; i < p->count; i++) {
		if (!went && live_hub_follow(l, s, p->groups[i], p->numbers[i], p->newest[i]) == HUB_FOLLOWS)
			continue;
		buf_print(body, "%s[%lld,%lld]", n++ ? "," : "", (long long)p->groups[i], (long long)p->numbers[i]);
	}
	buf_print(body, "],\"me\":%lld}", (long long)p->me);
	struct str replay = stale ? STR("") : p->replay, line;
	while (str_cut(&replay, '\n', &line))
		if (line.n) /* behind the last line's end stands an empty piece */
			net_ws_send(s->ws, line);
}

void live_take_reply(struct live *l, struct reply *r)
{
	struct sock *s = l->sockets ? idmap_get(l->sockets, r->socket) : NULL;
	if (s) {
		CLEANUP(buf_free) struct buf text = BUF(NET_WS_OUT_BYTES_MAX);
		s->writes_running -= r->is_write;
		if (r->placement)
			place(l, s, r->placement, &r->body);
		buf_add_char(&text, '{');
		if (r->has_as)
			buf_print(&text, "\"re\":%lld,", (long long)r->as);
		buf_print(&text, "\"status\":%d,\"body\":", r->status);
		buf_add(&text, buf_str(&r->body));
		buf_add_char(&text, '}');
		if (buf_end(&text) == ERR_OK && (r->has_as || r->status >= 400))
			net_ws_send(s->ws, buf_str(&text));
		next_waiting(s);
	}
	buf_free(&r->body);
	live_placement_free(r->placement);
	free(r);
}

/* ---- own news ---- */

void live_tell_account(struct live *l, const struct news *n)
{
	struct presence *p = idmap_get(l->accounts, (uint64_t)n->owner);
	if (p == NULL)
		return;
	p->generation++;
	for (size_t i = 0; i < n->count; i++)
		p->outs += n->kinds[i] == EVENT_OUT;
	for (size_t i = 0; i < n->count; i++)
		for (struct sock *s = p->first, *next; s; s = next) {
			next = s->next_of_account;
			if (n->kinds[i] == EVENT_OUT)
				live_hub_unfollow(l, s, n->subjects[i]);
			sock_send(s, "{\"me\":[%lld," STR_FMT "]}", (long long)n->numbers[i], STR_ARG(n->texts[i]));
			if (n->kinds[i] == EVENT_ENDED && s->session == n->subjects[i])
				net_ws_close(s->ws, 4001, "signed out");
		}
}

void live_net_hooks(struct live *l, struct net_hooks *hooks)
{
	hooks->ws_arg = l;
	hooks->ws_open = on_open;
	hooks->ws_text = on_text;
	hooks->ws_closed = on_closed;
	hooks->ws_cut = on_cut;
	hooks->wake = live_wake;
}
