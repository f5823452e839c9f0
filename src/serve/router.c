/* From method and path to an entry. A few dozen patterns, grouped by their number of segments: a walk is fast enough. */
#include <stdlib.h>

#include "serve/serve_private.h"

#define SEGMENTS_MAX 12

struct route {
	const struct entry *entry;
	struct str segments[SEGMENTS_MAX];
	size_t count;
};

struct router {
	struct route *routes;
	size_t count;
	struct map *names;
};

static bool split(struct str path, struct str segments[SEGMENTS_MAX], size_t *out_count)
{
	size_t n = 0;
	struct str part;
	if (path.n == 0 || path.p[0] != '/')
		return false;
	path = str_from(path, 1);
	while (str_cut(&path, '/', &part)) {
		if (n == SEGMENTS_MAX)
			return false;
		segments[n++] = part;
	}
	*out_count = n;
	return true;
}

/* What must hold of an entry, or the server does not start. */
static bool entry_is_sound(const struct entry *e)
{
	size_t fields = 0, params = 0, colons = 0;
	for (; e->fields && e->fields[fields].name; fields++)
		params += (e->fields[fields].flags & FIELD_PATH) != 0;
	for (const char *p = e->path; *p; p++)
		colons += *p == ':';
	const char *wrong = e->may == NULL ? "has no .may" : e->handle == NULL ? "has no .handle" :
		fields > SERVE_FIELDS_MAX ? "has too many fields" :
		params != colons || params > ROUTE_PARAMS_MAX ? "has other path fields than its path" :
		e->lock == LOCK_GROUP && strstr(e->path, ":group") == NULL ? "locks a group that its path does not name" : NULL;
	if (wrong)
		log_line(LOG_ERROR, "entry %s %s", e->name, wrong);
	return wrong == NULL;
}

enum err router_new(const struct entry *const *entries, struct router **out)
{
	struct router *r = calloc(1, sizeof *r);
	size_t n = 0;
	while (entries[n] && n < SERVE_ENTRIES_MAX)
		n++;
	if (r == NULL)
		return ERR_MEMORY;
	r->routes = calloc(n + 1, sizeof *r->routes);
	r->names = map_new(SERVE_ENTRIES_MAX);
	enum err e = r->routes && r->names ? ERR_OK : ERR_MEMORY;
	for (; r->count < n && e == ERR_OK; r->count++) {
		struct route *to = &r->routes[r->count];
		bool is_new = false;
		to->entry = entries[r->count];
		if (!entry_is_sound(to->entry) || !split(str_of(to->entry->path), to->segments, &to->count))
			e = ERR_INPUT;
		else if (map_put(r->names, str_of(to->entry->name), r->count, &is_new) == NULL)
			e = ERR_MEMORY;
		else if (!is_new)
			e = ERR_CONFLICT;
		if (e == ERR_CONFLICT)
			log_line(LOG_ERROR, "two entries are called %s", to->entry->name);
	}
	if (e != ERR_OK) {
		router_free(r);
		return e;
	}
	*out = r;
	return ERR_OK;
}

void router_free(struct router *r)
{
	if (r == NULL)
		return;
	map_free(r->names);
	free(r->routes);
	free(r);
}

static bool fits(const struct route *to, const struct str segments[], size_t count, struct str params[])
{
	size_t n = 0;
	if (to->count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (to->segments[i].n && to->segments[i].p[0] == ':') {
			if (segments[i].n == 0)
				return false;
			params[n++] = segments[i];
		} else if (!str_eq(to->segments[i], segments[i])) {
			return false;
		}
	}
	return true;
}

static size_t params_of(const struct route *to)
{
	size_t n = 0;
	for (size_t i = 0; i < to->count; i++)
		n += to->segments[i].n && to->segments[i].p[0] == ':';
	return n;
}

const struct entry *router_find(const struct router *r, struct str method, struct str path, struct str params[ROUTE_PARAMS_MAX],
	bool *out_other_method)
{
	struct str segments[SEGMENTS_MAX];
	size_t count, fewest = SIZE_MAX;
	const struct entry *found = NULL;
	*out_other_method = false;
	if (!split(path, segments, &count))
		return NULL;
	struct str wanted = str_eq(method, STR("HEAD")) ? STR("GET") : method;
	for (size_t i = 0; i < r->count; i++) {
		struct str here[ROUTE_PARAMS_MAX] = { 0 };
		if (!fits(&r->routes[i], segments, count, here))
			continue;
		if (!str_eq(str_of(r->routes[i].entry->method), wanted)) {
			*out_other_method = true;
			continue;
		}
		if (params_of(&r->routes[i]) >= fewest)
			continue; /* "/sessions/current" before "/sessions/:session" */
		fewest = params_of(&r->routes[i]);
		found = r->routes[i].entry;
		memcpy(params, here, sizeof here);
	}
	return found;
}

const struct entry *router_by_name(const struct router *r, struct str name)
{
	const uint64_t *at = map_get(r->names, name);
	return at ? r->routes[*at].entry : NULL;
}
