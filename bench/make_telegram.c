/*
 * make_telegram: a result.json like Telegram Desktop writes it, of one supergroup: `make_telegram MESSAGES > FILE`.
 *
 * The same number gives the same file, byte for byte. A million messages are about 380 MB. People come in a long tail,
 * talk falls off over six years, answers go to recent messages, a few percent are pictures, links, stickers and service
 * messages. The words are made up.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PEOPLE 2000u
#define WORDS 4000u
#define WORD_BYTES 24u

static uint64_t state = UINT64_C(0x48656172746821);
static char words[WORDS][WORD_BYTES], names[PEOPLE][WORD_BYTES * 2];

/* splitmix64 */
static uint64_t chance(uint64_t below)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % below;
}

/* Small numbers far more often than large ones. */
static uint64_t tail(uint64_t below)
{
	uint64_t a = chance(below), b = chance(below), c = chance(below);
	a = a < b ? a : b;
	return a < c ? a : c;
}

static void make_words(void)
{
	static const char *const latin[] = { "ka", "ri", "to", "me", "nu", "sol", "an", "der", "li", "pe", "va",
		"ost" };
	static const char *const cyrillic[] = { "ко", "ра", "мен", "ли", "то", "вы", "ска", "ну" };
	for (size_t i = 0; i < WORDS; i++) {
		size_t parts = 1 + chance(4);
		bool foreign = i % 10 == 0;
		for (size_t k = 0; k < parts; k++)
			strncat(words[i], foreign ? cyrillic[chance(8)] : latin[chance(12)],
				WORD_BYTES - 1 - strlen(words[i]));
	}
	for (size_t i = 0; i < PEOPLE; i++) {
		snprintf(names[i], sizeof names[i], "%s %s", words[chance(WORDS)], words[chance(WORDS)]);
		if (i % 400 == 399)
			snprintf(names[i], sizeof names[i], "%s Bot", words[chance(WORDS)]);
	}
}

static void make_text(char *out, size_t room)
{
	size_t count = 1 + tail(30), at = 0;
	for (size_t i = 0; i < count && at + 2 * WORD_BYTES < room; i++)
		at += (size_t)snprintf(out + at, room - at, "%s%s", i > 0 ? " " : "", words[tail(WORDS)]);
	if (chance(8) == 0)
		snprintf(out + at, room - at, "?");
	else if (chance(30) == 0)
		snprintf(out + at, room - at, "\\n\\\"%s\\\"", words[chance(WORDS)]);
}

static void head(uint64_t id, const char *type, time_t at)
{
	struct tm t;
	time_t local = at + 8 * 3600;
	gmtime_r(&local, &t);
	printf("  {\n   \"id\": %" PRIu64 ",\n   \"type\": \"%s\",\n   \"date\": \"%04d-%02d-%02dT%02d:%02d:%02d\",\n  "
					  " \"date_unixtime\": \"%" PRId64 "\",\n",
		id, type, t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (int64_t)at);
}

static void service(uint64_t id, time_t at, size_t who)
{
	bool comes = chance(3) > 0;
	head(id, "service", at);
	printf("   \"actor\": \"%s\",\n   \"actor_id\": \"user%zu\",\n   \"action\": \"%s\",\n   \"members\": [\n    "
	       "\"%s\"\n   ],\n"
	       "   \"text\": \"\",\n   \"text_entities\": []\n  }",
		names[who], 100000 + who * 7919, comes ? "invite_members" : "remove_members",
		names[comes ? chance(PEOPLE) : who]);
}

static void message(uint64_t id, time_t at, size_t who)
{
	char text[1024] = "";
	head(id, "message", at);
	printf("   \"from\": \"%s\",\n   \"from_id\": \"user%zu\",\n", names[who], 100000 + who * 7919);
	if (chance(4) == 0 && id > 300)
		printf("   \"reply_to_message_id\": %" PRIu64 ",\n", id - 1 - tail(200));
	make_text(text, sizeof text);
	uint64_t kind = chance(100);
	if (kind < 4)
		printf("   \"photo\": \"(File not included. Change data exporting settings to download.)\",\n   "
		       "\"width\": 1280,\n"
		       "   \"height\": 720,\n");
	else if (kind < 6)
		printf("   \"file\": \"(File not included. Change data exporting settings to download.)\",\n   "
		       "\"media_type\": \"sticker\",\n"
		       "   \"sticker_emoji\": \"😆\",\n");
	if (kind < 5) {
		printf("   \"text\": \"\",\n   \"text_entities\": []\n  }");
	} else if (kind > 95) {
		printf("   \"text\": [\n    \"%s \",\n    {\n     \"type\": \"link\",\n     \"text\": "
		       "\"https://example.org/%" PRIu64 "\"\n    },\n"
		       "    \"\"\n   ],\n",
			text, id);
		printf("   \"text_entities\": [\n    {\n     \"type\": \"plain\",\n     \"text\": \"%s \"\n    },\n    "
		       "{\n     \"type\": \"link\",\n"
		       "     \"text\": \"https://example.org/%" PRIu64
		       "\"\n    },\n    {\n     \"type\": \"plain\",\n     \"text\": \"\"\n    }\n"
		       "   ]\n  }",
			text, id);
	} else {
		printf("   \"text\": \"%s\",\n   \"text_entities\": [\n    {\n     \"type\": \"plain\",\n     "
		       "\"text\": \"%s\"\n    }\n   ]\n  }",
			text, text);
	}
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	static char out[1 << 20];
	setvbuf(stdout, out, _IOFBF, sizeof out);
	make_words();
	printf("{\n \"name\": \"Hearth bench\",\n \"type\": \"public_supergroup\",\n \"id\": 1234567890,\n "
	       "\"messages\": [\n");
	/* Six years; the pauses grow, so the group cools. People come and go: the tail's beginning moves on. */
	double at = 1514764800, step = 6.0 * 365 * 86400 / (double)(count > 0 ? count : 1);
	for (uint64_t i = 0; i < count; i++) {
		at += step * (0.4 + 1.2 * (double)i / (double)count) * (double)chance(2000) / 1000;
		size_t who = (tail(PEOPLE / 2) + i * (PEOPLE / 2) / count) % PEOPLE;
		if (chance(100) == 0)
			service(i + 1, (time_t)at, who);
		else
			message(i + 1, (time_t)at, who);
		printf(i + 1 < count ? ",\n" : "\n");
	}
	printf(" ]\n}\n");
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
