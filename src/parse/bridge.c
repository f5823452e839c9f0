/* One program that speaks for many, unfolded. See bridge.h. */
#include "parse/bridge.h"
#include "parse/scan.h"

#define SYSTEM_MAX 24u /* bytes of a system's name in front */

static const char *const systems[] = { "telegram", "tg", "discord", "slack", "irc", "matrix", "gitter", "whatsapp",
	"wechat", "qq", "xmpp", "mattermost", "rocketchat", "zulip", "signal", "facebook", "keybase", "steam",
	"minecraft", "freenode", "libera", "oftc" };

static bool is_system(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(systems); i++)
		if (scan_same(word, str_of(systems[i])))
			return true;
	return false;
}

bool bridge_is_name(struct str name)
{
	static const char *const words[] = { "bridge", "relay", "matterbot", "telegram", "teleirc", "tgbot",
		"mattermost", "slackbot", "discordbot", "gitter", "appservice" };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (scan_find_fold(name, str_of(words[i])) >= 0)
			return true;
	return false;
}

bool bridge_unfold(struct str text, bool named, struct bridged *out_said)
{
	struct bridged said = { 0 };
	struct str rest = text, inside;
	scan_blanks(&rest);
	struct str tagged = rest;
	if (((scan_char(&tagged, '[') && scan_until(&tagged, STR("]"), &inside)) ||
	     (scan_char(&tagged, '(') && scan_until(&tagged, STR(")"), &inside))) &&
	    inside.n <= SYSTEM_MAX && is_system(inside)) {
		said.system = inside;
		rest = tagged;
		scan_blanks(&rest);
	} else if (named) {
		return false;
	}
	bool bold = scan_text(&rest, STR("**"));
	if (!scan_char(&rest, '<') || !scan_until(&rest, STR(">"), &inside))
		return false;
	if (bold)
		scan_text(&rest, STR("**"));
	said.name = text_trim(inside);
	/* "<:emoji:123>", "<@123>" and "<https://…>" are Discord's own angle brackets */
	if (said.name.n == 0 || said.name.n > PARSE_NAME_MAX || strchr(":@#", said.name.p[0]) ||
	    str_find(said.name, STR("://")) >= 0 || memchr(said.name.p, '\n', said.name.n))
		return false;
	if (said.system.n == 0 && (rest.n == 0 || (rest.p[0] != ' ' && rest.p[0] != ':' && rest.p[0] != '\n')))
		return false;
	scan_char(&rest, ':');
	said.text = str_trim(rest);
	*out_said = said;
	return true;
}

int32_t bridge_person(struct parse *p, const struct bridged *said)
{
	char key[SYSTEM_MAX + PARSE_NAME_MAX + 2];
	size_t n = 0;
	struct str system = said->system.n ? said->system : STR("bridge");
	for (size_t i = 0; i < system.n && i < SYSTEM_MAX; i++)
		key[n++] = system.p[i] >= 'A' && system.p[i] <= 'Z' ? (char)(system.p[i] + 32) : system.p[i];
	key[n++] = '/';
	struct str name = utf8_first(said->name, PARSE_NAME_MAX);
	memcpy(key + n, name.p, name.n);
	return parse_person_of(p, (struct str){ key, n + name.n }, name);
}
