/*
 * chat: what is said in a group, and the pictures in it; history brought in from elsewhere.
 *
 * Promises: a message has one number for ever; a repeated send has one effect and the same answer; recall and removal
 * empty the content and keep the row. Inside the caller's transaction.
 * Used by: api, live (encoding). Owns: tables message, mention, picture, history, history_author, history_file.
 * Not here: who may (group, api), sockets and JSON (live, api).
 */
#ifndef HEARTH_CHAT_H
#define HEARTH_CHAT_H

#include "base/base.h"
#include "db/db.h"
#include "event/event.h"
#include "proof/proof.h"

#define CHAT_TEXT_CHARS_MAX 5000
#define CHAT_CLIENT_ID_MAX 64
#define CHAT_MENTIONS_MAX 50
#define CHAT_RECALL_US (120 * US_PER_S)
#define CHAT_PAGE_MAX 200
#define CHAT_UNREAD_MAX 1000 /* counted no further */
#define CHAT_PICTURES_WAITING_US (1 * US_PER_DAY) /* an uploaded picture that no message took */

enum message_state { MESSAGE_STANDS, MESSAGE_RECALLED, MESSAGE_REMOVED };

struct chat_picture {
	int64_t id, group, account, width, height, bytes, number;
	struct str file, type;
};
struct message {
	int64_t number, author, reply_to, at_us;
	enum message_state state;
	bool calls_all;
	struct str client_id, text, author_name;
	struct chat_picture picture;      /* id 0: none */
	int64_t mentions[CHAT_MENTIONS_MAX];
	size_t mention_count;
	/* of the message answered, when it is there */
	int64_t reply_author;
	struct str reply_name, reply_text;
};
struct post {
	int64_t group, author, reply_to, picture;
	struct str client_id, text;
	bool calls_all;
	const int64_t *mentions;
	size_t mention_count;
	int64_t now_us;
};

/* ERR_CONFLICT: the client id was used for other content. ERR_NOT_FOUND: no such message to answer, or no such picture of
 * the author's own that waits. A repeat: the first one's number and time. */
enum err chat_post(struct db_conn *c, const struct post *p, int64_t *out_number, int64_t *out_at_us) MUST_USE;
/* ERR_NOT_FOUND. */
enum err chat_get(struct db_conn *c, struct arena *a, int64_t group, int64_t number, struct message *out) MUST_USE;
/* Empty it. The picture's file that is nobody's any more: *out_file, or empty. *out_number: the event's. A repeat is
 * ERR_OK with *out_number 0. */
enum err chat_take_back(struct db_conn *c, struct arena *a, int64_t group, int64_t number, enum message_state how, int64_t actor,
	int64_t now_us, int64_t *out_number, struct str *out_file) MUST_USE;
/* Messages with from <= number <= to, ascending, at most limit (≤ CHAT_PAGE_MAX); from the end when descending is set
 * (still answered ascending). */
enum err chat_page(struct db_conn *c, struct arena *a, int64_t group, int64_t from, int64_t to, bool from_end, size_t limit,
	struct message **out, size_t *out_count) MUST_USE;
/* Messages after number by others, and mentions of account among them. */
enum err chat_unread(struct db_conn *c, int64_t group, int64_t account, int64_t after, int64_t *out_unread, int64_t *out_mentions) MUST_USE;
/* The newest message; ERR_NOT_FOUND. */
enum err chat_last(struct db_conn *c, struct arena *a, int64_t group, struct message *out) MUST_USE;
/* Whether anything was brought in from elsewhere. */
enum err chat_has_history(struct db_conn *c, int64_t group, bool *out_has) MUST_USE;
enum err chat_count(struct db_conn *c, int64_t *out_messages) MUST_USE;

enum err chat_picture_add(struct db_conn *c, const struct chat_picture *p, int64_t now_us, int64_t *out_picture) MUST_USE;
enum err chat_picture_get(struct db_conn *c, struct arena *a, int64_t picture, struct chat_picture *out) MUST_USE;
/* Forgets at most limit pictures that waited since before before_us for a message. */
enum err chat_pictures_sweep(struct db_conn *c, struct arena *a, int64_t before_us, size_t limit, size_t *out_count) MUST_USE;
/* Files that are nobody's any more are noted in the transaction that made them so; whoever removed one from the disk says
 * forget. So none stays behind, however the server ends. */
enum err chat_file_gone(struct db_conn *c, struct str file) MUST_USE;
enum err chat_files_gone(struct db_conn *c, struct arena *a, size_t limit, struct str **out_files, size_t *out_count) MUST_USE;
enum err chat_file_gone_forget(struct db_conn *c, struct str file) MUST_USE;

/* ---- one author's own ---- */
/* What account said in a group after a number, ascending: at most limit. What was taken back is left out. */
enum err chat_said(struct db_conn *c, struct arena *a, int64_t group, int64_t account, int64_t after, size_t limit,
	struct message **out, size_t *out_count) MUST_USE;
/* Empty a piece of it, without a word to anybody: messages whose client id follows after, at most limit. *out_last: the
 * last one's client id, for the next piece; empty when there is no more. */
enum err chat_empty_said(struct db_conn *c, struct arena *a, int64_t group, int64_t account, struct str after, size_t limit,
	struct str *out_last) MUST_USE;
/* History's authors that account claimed, or asked for, are nobody's again. */
enum err chat_unclaim(struct db_conn *c, int64_t account) MUST_USE;

/* ---- history brought in from elsewhere: before number 1, in order of time ----
 *
 * A line's fingerprint is the hash of the format's id of it, else of (time, author, text); and of its occurrence among equal
 * ones in one reading. So the same file twice, or a later file that overlaps, adds only what is new, also where times are
 * whole minutes. Limit: of equal lines of one minute through which two files are both cut, one may be taken for the other.
 */
#define HISTORY_PAGE_MAX 200
#define HISTORY_PAGE_BYTES_MAX (2u << 20)   /* of text in one page; it then has fewer lines */
#define HISTORY_AUTHORS_PAGE_MAX 500
#define HISTORY_LINES_MAX (1u << 27)        /* of one reading */

/* Gives fingerprints and places to the lines of one reading, in its order. Pure. */
struct history_marks;
struct history_marks *history_marks_new(void); /* NULL: memory */
void history_marks_free(struct history_marks *m);
struct history_mark {
	struct hash fingerprint;
	int64_t place;    /* among lines of the same time */
	bool numbered;    /* place is the format's own running number */
};
/* id: the format's own, or empty; counts_up: such ids grow with time within a group. ERR_MEMORY, ERR_LIMIT. */
enum err history_mark(struct history_marks *m, int64_t at_us, struct str author_key, struct str text, struct str id, bool counts_up,
	struct history_mark *out) MUST_USE;

struct history_person { /* of one reading */
	struct str key, name;
	bool bot;
	int64_t id;       /* in the table; 0: not there yet */
	/* of the attempt now running; see chat_history_put */
	uint64_t attempt;
	int64_t fresh_id, fresh_messages, fresh_first_us, fresh_last_us;
};
struct history_line {
	int64_t at_us;
	int32_t author, target;  /* indexes of people, or -1 */
	int kind;                /* enum parse_kind */
	unsigned flags;          /* enum parse_flag */
	uint32_t chars;
	bool talk;
	struct str text;
	struct history_mark mark;
};
struct history_run { /* lines of one time, as far as they are stored */
	size_t from;
	uint64_t added, doubled;
};
/* A piece of a reading on its way into the tables; best cut between two times. from, run and the sums move only by
 * chat_history_settle, so a transaction that was undone can run again. */
struct history_batch {
	int64_t group, newest_before; /* history rows up to this id were there before the reading */
	int64_t first_at_us;          /* of the reading's first line: only there it may begin within lines of one time */
	const struct history_line *lines;
	size_t count;
	struct history_person *people;
	size_t people_count;
	bool naming;                  /* not lines: the names of people as they are now */
	size_t from;                  /* done up to here */
	struct history_run run;
	uint64_t added, doubled, attempt;
	struct {
		size_t from;
		struct history_run run;
		uint64_t added, doubled;
	} next;
};
/* Store from batch->from on until its end, or until budget_us are over (at least one line). Then, outside the transaction,
 * settle says whether it happened. */
enum err chat_history_put(struct db_conn *c, struct history_batch *b, int64_t budget_us) MUST_USE;
void chat_history_settle(struct history_batch *b, bool happened);

struct history_file {
	int64_t id, group, account, known, lines, added, doubled, skipped, first_us, last_us, date_order, made_us;
	struct str name, format, zone, self_name;
};
/* Note a file that was read to its end and tell the group (once). A file that added nothing to a group that has files is
 * not noted: *out_file is 0. */
enum err chat_history_file_add(struct db_conn *c, const struct history_file *f, int64_t *out_file) MUST_USE;
/* The last file noted; ERR_NOT_FOUND. */
enum err chat_history_file_last(struct db_conn *c, struct arena *a, int64_t group, struct history_file *out) MUST_USE;
/* The newest row of the whole table, and the time of the group's newest line (0: none). */
enum err chat_history_newest(struct db_conn *c, int64_t group, int64_t *out_id, int64_t *out_at_us) MUST_USE;

struct history_place { /* a line's place in its group */
	int64_t at_us, place, id;
};
#define HISTORY_END ((struct history_place){ INT64_MAX, INT64_MAX, INT64_MAX })
struct history_shown {
	struct history_place place;
	int kind;
	int64_t author, account; /* account: who claimed the author, or 0 */
	uint32_t chars;
	struct str author_name, target_name, text;
};
/* The lines before a place, ascending; without those that say who left, and the noise of connections. */
enum err chat_history_page(struct db_conn *c, struct arena *a, int64_t group, struct history_place before, size_t limit,
	struct history_shown **out, size_t *out_count, bool *out_more) MUST_USE;

struct history_author {
	int64_t id, account, claim_by, messages, first_us, last_us;
	bool bot;
	struct str name, account_name, claim_name;
};
/* Those with a claim waiting first, then by messages; offset and limit make pages. */
enum err chat_history_authors(struct db_conn *c, struct arena *a, int64_t group, size_t offset, size_t limit,
	struct history_author **out, size_t *out_count) MUST_USE;
enum err chat_history_author_get(struct db_conn *c, struct arena *a, int64_t group, int64_t author, struct history_author *out) MUST_USE;
/* ERR_CONFLICT: it is somebody's, or somebody else asked first. A repeat is ERR_OK. Nobody is told yet. */
enum err chat_history_claim(struct db_conn *c, int64_t group, int64_t author, int64_t account) MUST_USE;
/* ERR_NOT_FOUND: nobody asks. */
enum err chat_history_claim_answer(struct db_conn *c, int64_t group, int64_t author, bool yes) MUST_USE;
/* Own news for account, who is the group's owner or made the claim: actor claimed, or answered. */
enum err chat_history_claim_tell(struct db_conn *c, int64_t group, int64_t account, int64_t actor, int64_t now_us) MUST_USE;
enum err chat_history_claims_count(struct db_conn *c, int64_t group, int64_t *out_waiting) MUST_USE;

#endif
