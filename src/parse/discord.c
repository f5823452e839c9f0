/* What the exports of DiscordChatExporter share. See discord.h. */
#include "parse/discord.h"
#include "parse/scan.h"

enum err discord_tell(struct parse *p, int32_t group, const struct discord_said *said)
{
	struct parse_event e = { .at_us = said->at_us, .group = group, .target = said->target, .line = said->line,
		.kind = said->media ? PARSE_MEDIA : PARSE_TEXT, .text = said->text, .id = said->id };
	e.author = parse_person_of(p, said->author_key, said->author_name);
	if (e.author < 0)
		return ERR_LIMIT;
	if (said->bot)
		parse_person_set_bot(p, e.author);
	if (str_eq(said->author_key, STR(DISCORD_DELETED)))
		e.flags |= PARSE_DELETED;
	struct bridged bridged;
	bool relays = said->bot || bridge_is_name(said->author_name);
	if (bridge_unfold(said->text, !relays, &bridged)) {
		parse_person_set_bot(p, e.author);
		e.author = bridge_person(p, &bridged);
		if (e.author < 0)
			return ERR_LIMIT;
		e.flags |= PARSE_BRIDGE;
		e.text = bridged.text;
	}
	if (said->id.n > 0)
		parse_remember(p, group, said->id, e.author);
	return parse_tell(p, &e);
}

/* " [part 2]", "[123]": what stands in the last brackets; taken off the end. */
static bool last_brackets(struct str *s, struct str *out_inside)
{
	struct str rest = str_trim(*s);
	if (rest.n < 2 || rest.p[rest.n - 1] != ']')
		return false;
	const char *open = memrchr(rest.p, '[', rest.n);
	if (open == NULL)
		return false;
	*out_inside = (struct str){ open + 1, rest.n - (size_t)(open - rest.p) - 2 };
	*s = str_trim(str_first(rest, (size_t)(open - rest.p)));
	return true;
}

bool discord_channel_of_name(struct str name, struct str *out_key, struct str *out_name)
{
	static const char *const endings[] = { ".zst", ".gz", ".csv", ".txt", ".json" };
	struct str inside;
	name = utf8_first(name, PARSE_NAME_MAX); /* a file system promises no encoding */
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (str_ends(name, str_of(endings[i])))
			name.n -= strlen(endings[i]);
	struct str rest = name;
	while (last_brackets(&rest, &inside)) {
		size_t digits = 0;
		while (digits < inside.n && scan_is_digit(inside.p[digits]))
			digits++;
		if (digits == inside.n && digits >= 15 && digits <= 20) {
			*out_key = inside;
			*out_name = rest.n ? rest : inside;
			return true;
		}
		if (scan_find_fold(inside, STR("part")) != 0 && scan_find_fold(inside, STR("after")) < 0 &&
		    scan_find_fold(inside, STR("before")) < 0)
			break;
		name = rest;
	}
	bool only_number = true;
	for (size_t i = 0; i < name.n; i++)
		only_number = only_number && (scan_is_digit(name.p[i]) || strchr("-_ .", name.p[i]));
	if (only_number)
		return false;
	*out_key = *out_name = name;
	return true;
}
