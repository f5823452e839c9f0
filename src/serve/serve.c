/* The server as a whole: made, bound, started, stopped; and where every request enters. */
#include <stdio.h>
#include <stdlib.h>

#include "serve/serve_private.h"

enum err serve_new(const struct serve_options *o, struct serve **out_serve)
{
	struct serve *s = calloc(1, sizeof *s);
	if (s == NULL)
		return ERR_MEMORY;
	s->o = *o;
	snprintf(s->public_url, sizeof s->public_url, "%s", o->public_url);
	snprintf(s->data_dir, sizeof s->data_dir, "%s", o->data_dir);
	s->guard = guard_new();
	enum err e = s->guard ? router_new(o->entries, &s->router) : ERR_MEMORY;
	if (e == ERR_OK)
		e = workers_new(s, &s->workers);
	if (e != ERR_OK) {
		serve_free(s);
		return e;
	}
	*out_serve = s;
	return ERR_OK;
}

void serve_bind(struct serve *s, struct net *n, const char *public_url)
{
	s->net = n;
	snprintf(s->public_url, sizeof s->public_url, "%s", public_url);
}

void serve_set_hook_arg(struct serve *s, void *arg) { s->o.hooks.arg = arg; }
enum err serve_start(struct serve *s) { return workers_start(s->workers); }
void serve_stop(struct serve *s) { workers_stop(s->workers); }
bool serve_step(struct serve *s) { return workers_step(s->workers); }

void serve_free(struct serve *s)
{
	if (s == NULL)
		return;
	workers_free(s->workers);
	db_disconnect(s->who);
	router_free(s->router);
	guard_free(s->guard);
	free(s);
}

const char *serve_public_url(const struct serve *s) { return s->public_url; }
const char *serve_data_dir(const struct serve *s) { return s->data_dir; }
struct db *serve_db(const struct serve *s) { return s->o.db; }
const struct entry *const *serve_entries(const struct serve *s) { return s->o.entries; }

static bool within_rate(struct serve *s, struct req *r)
{
	char who[64];
	int64_t wait_s = 1;
	if (s->o.no_rates)
		return true;
	if (r->account)
		snprintf(who, sizeof who, "a%lld", (long long)r->account);
	else if (r->token.n && !r->entry->open_to_all)
		snprintf(who, sizeof who, "t" STR_FMT, STR_ARG(str_first(r->token, TOKEN_CHARS)));
	else
		snprintf(who, sizeof who, "p" STR_FMT, STR_ARG(r->peer));
	if (guard_take(s->guard, r->entry->rate, str_of(who), r->now_us, &wait_s))
		return true;
	r->retry_after_s = wait_s;
	refuse_with_int(r, "retry_after_s", wait_s);
	return false;
}

static void end_at_once(struct req *r, enum err e)
{
	req_settle(r, e);
	r->answer(r);
	req_free(r);
}

static void put(struct serve *s, struct req *r)
{
	enum err e = workers_put(s->workers, r);
	if (e != ERR_OK)
		end_at_once(r, e);
}

void serve_dispatch(struct serve *s, struct req *r)
{
	if (within_rate(s, r))
		put(s, r);
	else
		end_at_once(r, refuse(r, "slow-down", NULL));
}

static void glance_or_put(struct serve *s, const struct serve_command *c, struct req *r)
{
	const struct entry *e = r->entry;
	if (e->glance == NULL || c->is_member == NULL || !e->glance(r, c->is_member(c->who, req_int(r, "group")))) {
		put(s, r);
		return;
	}
	req_settle(r, ERR_OK);
	c->answer_here(r);
	req_free(r);
}

enum err serve_command(struct serve *s, const struct serve_command *c)
{
	static const char *const envelope[] = { "do", "as", NULL };
	const struct entry *e = router_by_name(s->router, c->name);
	if (e == NULL || !e->socket) {
		arena_free(c->arena);
		return ERR_NOT_FOUND;
	}
	struct req *r = c->arena ? req_new_in(c->arena, s, e) : req_new(s, e);
	if (r == NULL)
		return ERR_MEMORY;
	r->account = c->account;
	r->session = c->session;
	r->chinese = c->chinese;
	r->secure = c->secure;
	r->answer = c->answer;
	r->answer_to = c->answer_to;
	struct json *read = NULL;
	size_t at = 0;
	enum err filled = arena_copy(r->arena, c->peer, &r->peer);
	if (filled == ERR_OK && c->tree == NULL)
		filled = json_read(r->arena, c->json, SERVE_JSON_DEPTH_MAX, &read, &at);
	if (filled == ERR_OK)
		filled = req_fill_object(r, c->tree ? c->tree : read, envelope);
	else if (filled == ERR_INPUT || filled == ERR_LIMIT)
		filled = refuse(r, "bad-json", NULL);
	if (filled != ERR_OK)
		end_at_once(r, filled);
	else if (within_rate(s, r))
		glance_or_put(s, c, r);
	else
		end_at_once(r, refuse(r, "slow-down", NULL));
	return ERR_OK;
}
