/*
 * wechat: what the exports of WeChat tools share; for formats of this room only.
 *
 * Promises: the database's types and subtypes become kinds; the system's sentences (and its XML) become joins,
 * removals, recalls and packets; whoever such a sentence names by name only is the same person once his id is seen.
 * Used by: the formats of WeChat tools (wechat_*.c); chatlab.c, qq.c and qq_exporter.c for their system's sentences.
 * Owns: the names of one file. Not here: columns, keys and lines (those files).
 *
 * Leaving is silent in WeChat: nothing is stored, so no group here knows of leaves but one in which QQ told of some.
 */
#ifndef HEARTH_PARSE_WECHAT_H
#define HEARTH_PARSE_WECHAT_H

#include "parse/parse_private.h"

#define WECHAT_NAMES_MAX 512u /* people of one sentence: a group has at most 500 */

/* The exporter's own key where the file gives none. */
#define WECHAT_SELF "self"

enum wechat_type {
	WECHAT_TEXT = 1, WECHAT_IMAGE = 3, WECHAT_VOICE = 34, WECHAT_CARD = 42, WECHAT_VIDEO = 43, WECHAT_STICKER = 47,
	WECHAT_PLACE = 48, WECHAT_APP = 49, WECHAT_CALL = 50, WECHAT_SYSTEM = 10000, WECHAT_SYSMSG = 10002,
};
enum wechat_app {
	WECHAT_APP_QUOTE = 57,
	WECHAT_APP_PAT = 62,
	WECHAT_APP_NOTICE = 87,
	WECHAT_APP_TRANSFER = 2000,
	WECHAT_APP_PACKET = 2001,
};

/* One record as any of the files has it. */
struct wechat_said {
	int64_t at_us;
	uint64_t line;
	int64_t type, subtype;
	struct str sender, name; /* key and name; both may be empty */
	struct str else_sender;  /* for one who has neither, not even in front of the text */
	struct str id, text;
	struct str answers;      /* the id of the message that is answered, or empty … */
	struct str answers_who;  /* … and the key of who wrote that, or empty */
	bool self;
};

struct wechat {
	struct parse *p;
	struct source *in;
	int32_t self;        /* the exporter, once he was met */
	struct map *names;   /* group and name -> person, of this file */
	struct buf key;      /* of names */
	struct buf sentence; /* of a system's XML */
	struct buf text;     /* a title without its entities */
	struct buf id;       /* of the second person of one sentence, and so on */
};

enum err wechat_begin(struct wechat *w, struct parse *p, struct source *in) MUST_USE;
void wechat_end(struct wechat *w);
enum err wechat_tell(struct wechat *w, int32_t group, const struct wechat_said *said) MUST_USE;

/* Who speaks, by id and name. Whom a sentence called by this name before, and who has no id yet, is he. For ChatLab and
 * QQ, whose sentences are of the same kind. */
struct wechat_place {
	int64_t at_us;
	uint64_t line;
	int32_t group;
};
enum err wechat_person(struct wechat *w, const struct wechat_place *at, struct str key, struct str name,
                       int32_t *out_person) MUST_USE;

/* Whoever goes by this name in this group of this file, or PARSE_NOBODY. */
int32_t wechat_find(struct wechat *w, int32_t group, struct str name);

/* Chinese and English words for types, as exporters write them: "文本", "图片", "系统通知" … false: not known. */
bool wechat_type_of_word(struct str word, int64_t *out_type, int64_t *out_subtype);
/* What a text that stands for something sent says of it: "[图片]", "[文件|a.pdf](http://…)", "![视频](…)", "[Audio 5\"]".
 * out_title: the name or title in it, or empty. false: it is a text. */
bool wechat_type_of_mark(struct str text, int64_t *out_type, int64_t *out_subtype, struct str *out_title);
/* A file's name without its ending, as the name of the chat it holds. */
struct str wechat_chat_of_file(const struct source *in);
/* Is this line the header of a message in chatlog's text (wechat_chatlog_text.c)? qq.c asks so as not to take its
 * files. */
bool wechat_is_chatlog_header(struct str line);
/* "2023-08-12 23:22:41" (local), seconds or milliseconds since 1970. */
bool wechat_time(struct parse *p, struct str s, int64_t *out_at_us);

/* ---- sentences of the system: wechat_system.c ---- */
struct wechat_notice {
	enum parse_kind kind;       /* JOIN, LEAVE, REMOVED, RECALL, PACKET, SYSTEM */
	struct str who;             /* one name, or several between ends[] */
	struct str by;
	bool who_is_me, by_is_me;   /* 你 */
	bool me_too;                /* 你和"Y": I came in as well as who */
};
/* "[图片]" alone, several of them perhaps: something was sent, nothing was said. */
bool wechat_is_sent(struct str text);
/* Always says something: SYSTEM when no more is known. Strings point into text. */
void wechat_read_notice(struct str text, struct wechat_notice *out_notice);
/* The next name of "Y、Z" or "Y"、"Z". */
bool wechat_next_name(struct str *who, struct str *out_name);
/* What stands in the first <tag …>…</tag>, without CDATA. */
bool wechat_element(struct str xml, const char *tag, struct str *out_inside);
/* The sentence inside <sysmsg …> or <revokemsg>, placeholders filled in; false: not such a text. */
bool wechat_sentence_of_xml(struct str xml, struct buf *out_sentence);

#endif
