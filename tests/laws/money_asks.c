/* See money_asks.h. Accounts and groups have the numbers of the model, plus one. */
#include "money_asks.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/packets.h"

static long long id_of(int number) { return number + 1; }

static void write_send(const struct ask *a, struct ask_text *out)
{
	char hex[HASH_HEX_CHARS + 1], list[80] = "";
	int n = 0;
	hash_print(&a->promise, hex);
	for (int i = 0; i < PURSE_PEOPLE; i++)
		if (a->named >> i & 1)
			n += snprintf(list + n, sizeof list - (size_t)n, "%s%lld", n ? "," : "", id_of(i));
	snprintf(out->target, sizeof out->target, "/api/v1/groups/%lld/packets", id_of(a->group));
	snprintf(out->body, sizeof out->body, "{\"id\":\"s%d\",\"kind\":\"%s\",\"sum\":%lld,\"shares\":%lld,\"message\":\"路上喝口热的\",\"for\":[%s],"
		"\"commitment\":\"%s\",\"nonce\":\"%064llx\"}", a->id, a->lucky ? "lucky" : "equal", (long long)a->sum, (long long)a->shares, list, hex,
		(long long)a->nonce);
}

static void write_rule(const struct purse_rule *r, struct ask_text *out)
{
	snprintf(out->body, sizeof out->body, "{\"shares_max\":%lld,\"share_min\":%lld,\"share_max\":%lld,\"keep_s\":%lld,\"welcome\":%lld}",
		(long long)r->shares_max, (long long)r->share_min, (long long)r->share_max, (long long)r->keep_s, (long long)r->welcome);
}

#define AT(...) snprintf(out->target, sizeof out->target, __VA_ARGS__)
#define SAY(...) snprintf(out->body, sizeof out->body, __VA_ARGS__)

void ask_write(const struct ask *a, const struct crowd *c, struct ask_text *out)
{
	static const char *const methods[ASK_KINDS] = { [ASK_WALLET] = "GET", [ASK_TERMS] = "GET", [ASK_READ] = "GET", [ASK_DELETE] = "DELETE",
		[ASK_MUTE] = "PUT", [ASK_RULE] = "PATCH", [ASK_TILL] = "(till)" };
	long long group = id_of(a->group), packet = a->packet;
	*out = (struct ask_text){ .method = methods[a->kind] ? methods[a->kind] : "POST" };
	if (strcmp(out->method, "POST") == 0)
		SAY("{}");
	switch (a->kind) {
	case ASK_WALLET: AT("/api/v1/wallet"); break;
	case ASK_TERMS: AT("/api/v1/groups/%lld/packets/terms", group); break;
	case ASK_SEND: write_send(a, out); break;
	case ASK_GRAB: AT("/api/v1/groups/%lld/packets/%lld/grab", group, packet); break;
	case ASK_READ: AT("/api/v1/groups/%lld/packets/%lld", group, packet); break;
	case ASK_GRANT:
		AT("/api/v1/site/grants");
		SAY("{\"id\":\"g%d\",\"account\":%lld,\"amount\":%lld}", a->id, id_of(a->whom), (long long)a->sum);
		break;
	case ASK_LEAVE: AT("/api/v1/groups/%lld/leave", group); break;
	case ASK_REMOVE:
		AT("/api/v1/groups/%lld/members/%lld/remove", group, id_of(a->whom));
		SAY("{\"ban\":%s}", a->bar ? "true" : "false");
		break;
	case ASK_JOIN: AT("/api/v1/invitations/%s", c->codes[a->group]); break;
	case ASK_DELETE:
		AT("/api/v1/me");
		SAY("{\"messages\":\"keep\"}");
		break;
	case ASK_DISSOLVE: AT("/api/v1/groups/%lld/dissolve", group); break;
	case ASK_MUTE:
		AT("/api/v1/groups/%lld/mute", group);
		SAY("{\"for\":\"always\"}");
		break;
	case ASK_RULE:
		AT("/api/v1/site/packets");
		write_rule(&a->rule, out);
		break;
	case ASK_TILL:
	case ASK_KINDS: break;
	}
}

void ask_put(struct house *h, const struct crowd *c, struct ask *a, struct told *out)
{
	struct ask_text text;
	a->now_us = h->now_us;
	out->answers = 0;
	if (a->kind == ASK_TILL) {
		house_put_own(h, &till_entry, out);
		return;
	}
	ask_write(a, c, &text);
	if (!house_put(h, c->tokens[a->who], 0, text.method, text.target, str_of(text.body), out))
		abort();
}

/* ---- answers ---- */

static bool ints(const struct json *j, const char *const keys[], int64_t out[])
{
	for (size_t i = 0; keys[i]; i++) {
		const struct json *v = json_get(j, keys[i]);
		if (v == NULL || (v->kind != JSON_INT && v->kind != JSON_NULL))
			return false;
		out[i] = v->kind == JSON_INT ? v->integer : -1;
	}
	return true;
}

static bool word(const struct json *j, const char *key, const char *const words[], int64_t *out)
{
	const struct json *v = json_get(j, key);
	for (size_t i = 0; v && v->kind == JSON_TEXT && words[i]; i++)
		if (str_eq(v->text, str_of(words[i]))) {
			*out = (int64_t)i;
			return true;
		}
	return false;
}

static bool promise_of(const struct json *j, struct answer *out)
{
	const struct json *v = json_get(j, "commitment");
	out->promised = v != NULL;
	return v == NULL || (v->kind == JSON_TEXT && hash_parse(v->text, &out->promise) == ERR_OK);
}

static bool heard_grab(const struct json *j, struct answer *out)
{
	static const char *const outcomes[] = { "got", "gone", "over", "not_for_you", NULL };
	static const char *const keys[] = { "amount", "place", NULL };
	return word(j, "outcome", outcomes, &out->values[0]) && (out->values[0] != GOT || ints(j, keys, out->values + 1));
}

static bool heard_packet(const struct json *j, struct answer *out)
{
	static const char *const states[] = { "open", "taken", "expired", "dissolved", NULL };
	static const char *const keys[] = { "taken", "taken_sum", "returned", NULL }, *const mine_keys[] = { "amount", "place", NULL };
	const struct json *p = json_get(j, "packet"), *mine = json_get(p, "mine");
	out->values[5] = -1;
	return word(p, "state", states, &out->values[0]) && ints(p, keys, out->values + 1) && mine &&
		(mine->kind == JSON_NULL || ints(mine, mine_keys, out->values + 4));
}

static bool heard_sent(const struct json *j, struct answer *out)
{
	static const char *const keys[] = { "packet", "number", NULL };
	const struct json *at = json_get(j, "at");
	return ints(j, keys, out->values) && at && date_parse(at->text, &out->values[2]) == ERR_OK;
}

static bool heard_wallet(const struct json *j, struct answer *out)
{
	static const char *const keys[] = { "posted", "held", "available", NULL };
	const struct json *list = json_get(j, "wallets");
	return list && list->count == 1 && ints(&list->items[0], keys, out->values);
}

static bool heard_well(const struct ask *a, const struct json *j, struct answer *out)
{
	static const char *const rule[] = { "shares_max", "share_min", "share_max", "keep_s", "welcome", NULL }, *const entry[] = { "entry", NULL },
		*const terms[] = { "shares_max", "share_min", "share_max", "keep_s", "available", NULL };
	switch (a->kind) {
	case ASK_WALLET: return heard_wallet(j, out);
	case ASK_TERMS: return ints(j, terms, out->values) && promise_of(j, out);
	case ASK_SEND: return heard_sent(j, out);
	case ASK_GRAB: return heard_grab(j, out);
	case ASK_READ: return heard_packet(j, out);
	case ASK_GRANT: return ints(j, entry, out->values);
	case ASK_RULE: return ints(j, rule, out->values);
	default: return true;
	}
}

bool ask_heard(const struct ask *a, const struct told *t, struct arena *arena, struct answer *out)
{
	static const char *const available[] = { "available", NULL };
	struct json *j;
	size_t at;
	*out = (struct answer){ .status = t->answers ? t->status : 0 };
	if (t->answers != 1)
		return t->answers == 0;
	snprintf(out->slug, sizeof out->slug, "%s", t->slug);
	if (json_read(arena, buf_str(&t->body), SERVE_JSON_DEPTH_MAX, &j, &at) != ERR_OK)
		return false;
	if (out->status == 200)
		return heard_well(a, j, out);
	if (strcmp(out->slug, "no-funds") == 0)
		return ints(j, available, out->values);
	return strcmp(out->slug, "promise-changed") != 0 || promise_of(j, out);
}

/* ---- the people ---- */

static const struct json *done(struct house *h, struct arena *a, const char *token, const char *method, const char *target, const char *body)
{
	struct told t = TOLD;
	struct json *j;
	size_t at;
	house_ask(h, token, method, target, body, &t);
	if (t.status >= 300 || json_read(a, buf_str(&t.body), SERVE_JSON_DEPTH_MAX, &j, &at) != ERR_OK) {
		fprintf(stderr, "# crowd: %s %s: %d %s\n", method, target, t.status, t.slug);
		abort();
	}
	told_free(&t);
	return j;
}

static void keep(const struct json *j, const char *key, char *out, size_t room)
{
	const struct json *v = json_get(j, key);
	snprintf(out, room, STR_FMT, STR_ARG(v->text));
}

static const struct {
	int who, group;
} outside[] = { { 5, 2 }, { 6, 1 }, { 6, 2 } };

static bool begins_outside(int who, int group)
{
	for (size_t i = 0; i < COUNT_OF(outside); i++)
		if (outside[i].who == who && outside[i].group == group)
			return true;
	return false;
}

void crowd_gather(struct house *h, struct crowd *c, struct purse *out)
{
	char target[120], body[80];
	struct arena *a = arena_new(1u << 20);
	const char *owner = h->owner_token.z;
	memset(out, 0, sizeof *out);
	out->rule = (struct purse_rule){ 100, 1, 20000, 86400, 10000 };
	memcpy(c->tokens[0], owner, TOKEN_CHARS + 1);
	for (int g = 0; g < PURSE_GROUPS; g++) {
		(void)done(h, a, owner, "POST", "/api/v1/groups", "{\"name\":\"群\",\"common_ground\":\"散步\"}");
		snprintf(target, sizeof target, "/api/v1/groups/%d/invitations", g + 1);
		keep(done(h, a, owner, "POST", target, "{}"), "code", c->codes[g], sizeof c->codes[g]);
		for (int i = 1; i < PURSE_PEOPLE; i++) {
			snprintf(target, sizeof target, "/api/v1/invitations/%s", c->codes[g]);
			if (begins_outside(i, g))
				continue;
			const struct json *in = done(h, a, g ? c->tokens[i] : NULL, "POST", target, g ? "{}" : "{\"name\":\"乙\"}");
			if (g == 0)
				keep(in, "token", c->tokens[i], sizeof c->tokens[i]);
			out->groups[g].places[i] = IN;
			out->groups[g].number++;
		}
		out->groups[g].places[0] = IN;
		snprintf(target, sizeof target, "/api/v1/groups/%d/hand-on", g + 1);
		snprintf(body, sizeof body, "{\"account\":%d}", g + 1);
		if (g)
			(void)done(h, a, owner, "POST", target, body);
		out->groups[g].number += g ? 2 : 0;
		out->groups[g].steward = g > 0;
	}
	(void)done(h, a, c->tokens[6], "POST", "/api/v1/groups/1/leave", "{}");
	out->groups[0].places[6] = LEFT;
	out->groups[0].last_seen[6] = out->groups[0].number;
	arena_free(a);
}
