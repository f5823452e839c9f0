/*
 * A told red packet, worked out again. Called by: cli (hearth packet verify). Owns: nothing. Not here: the draw (fair.c), words (cli).
 */
#include "packet/verify.h"

#define DEPTH_MAX 16u

/* What is read; a field that is not as it must be leaves its name in wrong, and the rest goes on harmlessly. */
struct reader {
	const struct json *packet;
	const char *wrong;
};

static const struct json *field(struct reader *r, const struct json *of, const char *key, enum json_kind kind)
{
	const struct json *j = json_get(of, key);
	if (j && j->kind == kind)
		return j;
	if (r->wrong == NULL)
		r->wrong = key;
	return NULL;
}

static int64_t number(struct reader *r, const struct json *of, const char *key)
{
	const struct json *j = field(r, of, key, JSON_INT);
	return j ? j->integer : 0;
}

static struct str words(struct reader *r, const struct json *of, const char *key)
{
	const struct json *j = field(r, of, key, JSON_TEXT);
	return j ? j->text : (struct str){ NULL, 0 };
}

static bool is_null(const struct json *of, const char *key)
{
	const struct json *j = json_get(of, key);
	return j && j->kind == JSON_NULL;
}

static struct hash digits(struct reader *r, const char *key)
{
	struct hash h = { { 0 } };
	if (hash_parse(words(r, r->packet, key), &h) != ERR_OK && r->wrong == NULL)
		r->wrong = key;
	return h;
}

static struct packet_terms read_terms(struct reader *r)
{
	struct packet_terms t = { .sum = number(r, r->packet, "sum"), .shares = number(r, r->packet, "shares"),
		.share_min = number(r, r->packet, "share_min"), .share_max = number(r, r->packet, "share_max") };
	struct str kind = words(r, r->packet, "kind");
	t.kind = str_eq(kind, STR("equal")) ? PACKET_EQUAL : PACKET_LUCKY;
	if (t.kind == PACKET_LUCKY && !str_eq(kind, STR("lucky")) && r->wrong == NULL)
		r->wrong = "kind";
	return t;
}

static const struct json *read_split(struct reader *r)
{
	if (is_null(r->packet, "split"))
		return NULL;
	const struct json *split = field(r, r->packet, "split", JSON_LIST);
	for (size_t i = 0; split && i < split->count; i++)
		if (split->items[i].kind != JSON_INT && r->wrong == NULL)
			r->wrong = "split";
	return split;
}

static enum err read_grabs(struct reader *r, struct arena *a, const struct json *told, struct packet_verdict *v)
{
	const struct json *grabs = field(r, told, "grabs", JSON_LIST);
	if (grabs && grabs->count > PACKET_SHARES_LIMIT && r->wrong == NULL)
		r->wrong = "grabs";
	if (r->wrong)
		return ERR_INPUT;
	v->grab_count = grabs->count;
	v->grabs = arena_take_many(a, grabs->count + 1, sizeof v->grabs[0]);
	if (v->grabs == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < v->grab_count; i++) {
		const struct json *g = &grabs->items[i];
		v->grabs[i] = (struct packet_verdict_grab){ .account = number(r, g, "account"), .place = number(r, g, "place"),
			.amount = number(r, g, "amount"), .name = is_null(g, "name") ? STR("") : words(r, g, "name") };
	}
	return r->wrong ? ERR_INPUT : ERR_OK;
}

static void compare_split(struct packet_verdict *v, const struct json *split)
{
	v->split_told = split != NULL;
	v->split_count = split ? (int64_t)split->count : 0;
	v->split_differs = v->split_said = -1;
	if (!v->drawn || split == NULL)
		return;
	for (int64_t i = 0; i < v->terms.shares || i < v->split_count; i++) {
		if (i < v->terms.shares && i < v->split_count && split->items[i].integer == v->shares[i])
			continue;
		v->split_differs = i;
		v->split_said = i < v->split_count ? split->items[i].integer : -1;
		return;
	}
}

static enum packet_grab_fault fault_of(const struct packet_verdict *v, size_t index)
{
	const struct packet_verdict_grab *g = &v->grabs[index];
	if (g->place < 0 || g->place >= v->terms.shares)
		return PACKET_GRAB_PLACE;
	for (size_t i = 0; i < index; i++)
		if (v->grabs[i].place == g->place)
			return PACKET_GRAB_PLACE_TWICE;
	for (size_t i = 0; i < index; i++)
		if (v->grabs[i].account == g->account)
			return PACKET_GRAB_ACCOUNT_TWICE;
	bool fits = v->drawn ? g->amount == v->shares[g->place] : g->amount >= v->terms.share_min && g->amount <= v->terms.share_max;
	return fits ? PACKET_GRAB_FINE : PACKET_GRAB_AMOUNT;
}

static void look_at_grabs(struct packet_verdict *v)
{
	bool seen[PACKET_SHARES_LIMIT] = { false };
	int64_t end = str_eq(v->state, STR("taken")) ? v->terms.shares : 0; /* places before it must have been grabbed */
	v->skipped = v->luckiest = -1;
	for (size_t i = 0; i < v->grab_count; i++) {
		struct packet_verdict_grab *g = &v->grabs[i];
		g->fault = fault_of(v, i);
		if (g->fault == PACKET_GRAB_PLACE)
			continue;
		seen[g->place] = true;
		end = g->place >= end ? g->place + 1 : end;
		const struct packet_verdict_grab *best = v->luckiest >= 0 ? &v->grabs[v->luckiest] : NULL;
		if (best == NULL || g->amount > best->amount || (g->amount == best->amount && g->place < best->place))
			v->luckiest = (int64_t)i;
	}
	for (int64_t i = end - 1; i >= 0; i--)
		if (!seen[i])
			v->skipped = i;
}

static void work_out(struct packet_verdict *v, const struct json *split, const struct hash *secret, const struct hash *nonce,
	struct str key)
{
	struct hash seed = packet_seed(hash_str(secret), hash_str(nonce), key), promised = packet_promise_of(hash_str(secret));
	v->terms_met = packet_split(&seed, &v->terms, v->shares) == ERR_OK;
	if (!v->terms_met)
		return;
	v->drawn = v->secret_told || v->terms.kind == PACKET_EQUAL;
	v->promise_kept = v->secret_told && proof_equal(hash_str(&promised), hash_str(&v->promise));
	compare_split(v, split);
	look_at_grabs(v);
}

enum err packet_verify(struct arena *a, const struct json *told, struct packet_verdict **out, const char **out_wrong)
{
	struct reader r = { .packet = NULL };
	struct packet_verdict *v = ARENA_NEW(a, struct packet_verdict);
	if (v == NULL)
		return ERR_MEMORY;
	r.packet = field(&r, told, "packet", JSON_OBJECT);
	v->terms = read_terms(&r);
	v->state = words(&r, r.packet, "state");
	v->secret_told = !is_null(r.packet, "secret");
	struct str key = words(&r, r.packet, "key");
	v->promise = digits(&r, "commitment");
	struct hash nonce = digits(&r, "nonce");
	struct hash secret = v->secret_told ? digits(&r, "secret") : (struct hash){ { 0 } };
	const struct json *split = read_split(&r);
	if (key.n > PACKET_SEED_ID_BYTES_MAX && r.wrong == NULL)
		r.wrong = "key";
	enum err e = read_grabs(&r, a, told, v);
	if (e == ERR_INPUT)
		*out_wrong = r.wrong;
	TRY(e);
	work_out(v, split, &secret, &nonce, key);
	*out = v;
	return ERR_OK;
}

enum err packet_verify_json(struct arena *a, struct str text, struct packet_verdict **out, const char **out_wrong)
{
	struct json *told;
	size_t at;
	if (text.n > PACKET_VERIFY_BYTES_MAX)
		return ERR_LIMIT;
	enum err e = json_read(a, text, DEPTH_MAX, &told, &at);
	if (e == ERR_INPUT)
		*out_wrong = "JSON";
	TRY(e);
	return packet_verify(a, told, out, out_wrong);
}

const char *packet_verdict_why(const struct packet_verdict *v)
{
	if (!v->terms_met)
		return "terms";
	if (v->secret_told && !v->promise_kept)
		return "promise";
	if (v->split_differs >= 0)
		return "split";
	bool grab = v->skipped >= 0;
	for (size_t i = 0; i < v->grab_count; i++)
		grab |= v->grabs[i].fault != PACKET_GRAB_FINE;
	return grab ? "grab" : v->secret_told ? "" : "untold";
}
