/*
 * The ledger for bookkeepers: hledger's journal, beancount's, or a table (CSV, RFC 4180).
 *
 * A bookkeeper's books are the site's own: what a member has, the site owes him. So a gain of a member's is a liability, which both
 * programs write as a negative amount; all signs are turned, and sums stay zero. Holds move nothing and are no postings: a comment in
 * hledger, a custom directive in beancount. The table keeps the ledger's own signs and says everything. At the end stand the balances
 * that the accounts say they have, for the other program to check. Memory does not grow with the ledger.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/ledger.h"

#define LINE_MAX_BYTES (1u << 16)
#define COMMODITIES_MAX 400u

struct books {
	struct db_conn *conn;
	enum ledger_format format;
	FILE *to;
	struct buf line;
	int64_t first_us, last_us;
	struct map *commodities;           /* that were declared: currencies are few, accounts many */
	struct ledger_account_row *page;
	struct ledger_account_row before;  /* the account told before this one */
};

/* ---- words ---- */

static const char *const kind_words[] = { "?", "transfer", "hold", "post", "void", "expire" };
static const char *const purpose_words[] = { "?", "welcome", "grant", "packet", "closing" };
static const char *word_of(const char *const *words, size_t count, int64_t i) { return words[i > 0 && i < (int64_t)count ? i : 0]; }
#define KIND_OF(e) word_of(kind_words, COUNT_OF(kind_words), (e)->kind)
#define PURPOSE_OF(e) word_of(purpose_words, COUNT_OF(purpose_words), (e)->purpose)

/* ISO 4217: how many digits behind the point. */
static unsigned digits_of(struct str currency)
{
	static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", three[] = "BHD IQD JOD KWD LYD OMR TND";
	if (currency.n != 3)
		return 2;
	return str_find(str_of(none), currency) >= 0 ? 0 : str_find(str_of(three), currency) >= 0 ? 3 : 2;
}

static void add_amount(struct buf *b, int64_t minor, struct str currency)
{
	unsigned digits = digits_of(currency);
	uint64_t n = minor < 0 ? -(uint64_t)minor : (uint64_t)minor, unit = digits == 0 ? 1 : digits == 2 ? 100 : 1000;
	buf_print(b, "%s%" PRIu64, minor < 0 ? "-" : "", n / unit);
	if (digits)
		buf_print(b, ".%0*" PRIu64, (int)digits, n % unit);
}

/* Upper case; whatever is neither letter nor digit, and could mean something to the other program, becomes X. */
static void add_commodity(struct books *k, struct str currency)
{
	bool letters = true;
	for (size_t i = 0; i < currency.n; i++)
		letters = letters && (((currency.p[i] | 32) >= 'a' && (currency.p[i] | 32) <= 'z'));
	if (!letters && k->format == LEDGER_HLEDGER)
		buf_add_char(&k->line, '"');
	if (!letters && k->format == LEDGER_BEANCOUNT)
		buf_add_char(&k->line, 'X');
	for (size_t i = 0; i < currency.n; i++) {
		char c = currency.p[i];
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 32);
		buf_add_char(&k->line, (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : 'X');
	}
	if (!letters && k->format == LEDGER_HLEDGER)
		buf_add_char(&k->line, '"');
}

static void add_money(struct books *k, int64_t minor, struct str currency)
{
	add_amount(&k->line, minor, currency);
	buf_add_char(&k->line, ' ');
	add_commodity(k, currency);
}

/* What holds others' money until it comes or goes is a claim on them; what the site gives comes out of its own. */
static const char *side_of(struct str kind)
{
	return str_eq(kind, STR("site")) ? "equity" : str_eq(kind, STR("clearing")) ? "assets" : "liabilities";
}

static void add_capital(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_add_char(b, i == 0 && s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 32) : s.p[i]);
}

/* liabilities:member:12, Liabilities:Member:M12; the site itself, which is one, equity:site. */
static void add_account(struct books *k, struct str kind, int64_t owner)
{
	struct buf *b = &k->line;
	bool alone = str_eq(kind, STR("site")) && owner == 0;
	if (k->format != LEDGER_BEANCOUNT) {
		buf_print(b, "%s:" STR_FMT, side_of(kind), STR_ARG(kind));
		if (!alone)
			buf_print(b, ":%" PRId64, owner);
		return;
	}
	add_capital(b, str_of(side_of(kind)));
	buf_add_char(b, ':');
	add_capital(b, kind);
	if (alone)
		return;
	buf_add_char(b, ':');
	add_capital(b, str_first(kind, 1));
	buf_print(b, "%" PRId64, owner);
}

/* One line of text that ends nothing: hledger's comments end at a line's end and know "," and "name:", beancount's texts at a '"'. */
static void add_plain(struct books *k, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if ((unsigned char)c < 32 || c == 127 || (k->format == LEDGER_HLEDGER && c == ','))
			c = ' ';
		if (k->format == LEDGER_BEANCOUNT && (c == '"' || c == '\\'))
			buf_add_char(&k->line, '\\');
		if (k->format == LEDGER_CSV && c == '"')
			buf_add_char(&k->line, '"');
		buf_add_char(&k->line, c);
	}
}

static void add_day(struct books *k, int64_t at_us)
{
	char text[21];
	date_print(at_us, text);
	buf_add(&k->line, (struct str){ text, 10 });
}

static void add_time(struct books *k, int64_t at_us)
{
	char text[21];
	date_print(at_us, text);
	buf_add(&k->line, str_of(text));
}

static enum err put(struct books *k)
{
	TRY(buf_end(&k->line));
	if (k->line.n && fwrite(k->line.p, 1, k->line.n, k->to) != k->line.n)
		return ERR_IO;
	buf_clear(&k->line);
	return ERR_OK;
}

/* ---- every account, once before the entries and once behind them ---- */

static enum err each_account(struct books *k, void (*add)(struct books *k, const struct ledger_account_row *a))
{
	bool any = false;
	k->before = (struct ledger_account_row){ 0 };
	for (size_t n = LEDGER_ACCOUNTS_PAGE; n == LEDGER_ACCOUNTS_PAGE;) {
		TRY(ledger_accounts_by_owner(k->conn, any ? &k->before : NULL, k->page, LEDGER_ACCOUNTS_PAGE, &n));
		for (size_t i = 0; i < n; i++) {
			add(k, &k->page[i]);
			TRY(put(k));
			k->before = k->page[i];
			any = true;
		}
	}
	return ERR_OK;
}

/* One name for an owner's accounts in all currencies. */
static void declare_account(struct books *k, const struct ledger_account_row *a)
{
	if (a->owner == k->before.owner && strcmp(a->kind, k->before.kind) == 0)
		return;
	if (k->format == LEDGER_BEANCOUNT) {
		add_day(k, a->made_us < k->first_us ? a->made_us : k->first_us);
		buf_add(&k->line, STR(" open "));
	} else {
		buf_add(&k->line, STR("account "));
	}
	add_account(k, str_of(a->kind), a->owner);
	buf_add(&k->line, STR("\n"));
}

static void state_balance(struct books *k, const struct ledger_account_row *a)
{
	struct str currency = str_of(a->currency);
	if (k->format == LEDGER_BEANCOUNT) {
		add_day(k, k->last_us + US_PER_DAY);
		buf_add(&k->line, STR(" balance "));
		add_account(k, str_of(a->kind), a->owner);
		buf_add_char(&k->line, ' ');
	} else {
		buf_add(&k->line, STR("    "));
		add_account(k, str_of(a->kind), a->owner);
		buf_add(&k->line, STR("  "));
		add_money(k, 0, currency);
		buf_add(&k->line, STR(" = "));
	}
	add_money(k, -a->posted, currency);
	if (k->format == LEDGER_HLEDGER && a->held) {
		buf_add(&k->line, STR("  ; of it held "));
		add_money(k, a->held, currency);
	}
	buf_add(&k->line, STR("\n"));
}

static void declare_commodity(struct books *k, const struct ledger_account_row *a)
{
	bool is_new = false;
	if (map_put(k->commodities, str_of(a->currency), 0, &is_new) == NULL || !is_new)
		return;
	if (k->format == LEDGER_BEANCOUNT) {
		add_day(k, a->made_us < k->first_us ? a->made_us : k->first_us);
		buf_add(&k->line, STR(" commodity "));
		add_commodity(k, str_of(a->currency));
	} else {
		buf_add(&k->line, STR("commodity 1000."));
		for (unsigned i = 0; i < digits_of(str_of(a->currency)); i++)
			buf_add_char(&k->line, '0');
		buf_add_char(&k->line, ' ');
		add_commodity(k, str_of(a->currency));
	}
	buf_add(&k->line, STR("\n"));
}

/* ---- entries ---- */

static bool moves(const struct ledger_whole *e)
{
	for (size_t i = 0; i < e->leg_count && i < LEDGER_LEGS_MAX; i++)
		if (e->legs[i].amount)
			return true;
	return false;
}

static void add_posting_lines(struct books *k, const struct ledger_whole *e)
{
	for (size_t i = 0; i < e->leg_count && i < LEDGER_LEGS_MAX; i++) {
		const struct ledger_whole_leg *l = &e->legs[i];
		buf_add(&k->line, k->format == LEDGER_BEANCOUNT ? STR("  ") : STR("    "));
		add_account(k, l->owner_kind, l->owner);
		buf_add(&k->line, STR("  "));
		add_money(k, -l->amount, l->currency);
		if (k->format == LEDGER_HLEDGER && l->held) {
			buf_add(&k->line, STR("  ; held "));
			add_money(k, l->held, l->currency);
		}
		buf_add(&k->line, STR("\n"));
	}
}

/* The one leg of what only holds or frees. */
static void add_held(struct books *k, const struct ledger_whole *e)
{
	for (size_t i = 0; i < e->leg_count && i < LEDGER_LEGS_MAX; i++) {
		buf_add_char(&k->line, ' ');
		add_account(k, e->legs[i].owner_kind, e->legs[i].owner);
		buf_add_char(&k->line, ' ');
		add_money(k, e->legs[i].held, e->legs[i].currency);
	}
}

static void hledger_entry(struct books *k, const struct ledger_whole *e)
{
	struct buf *b = &k->line;
	bool moving = moves(e);
	buf_add(b, moving ? STR("\n") : STR("\n; "));
	add_day(k, e->at_us);
	if (moving)
		buf_print(b, " * (%" PRId64 ") %s %s %" PRId64 "\n    ; ", e->position, KIND_OF(e), PURPOSE_OF(e), e->subject);
	else
		buf_print(b, " (%" PRId64 ") %s %s %" PRId64, e->position, KIND_OF(e), PURPOSE_OF(e), e->subject);
	if (!moving) {
		add_held(k, e);
		buf_add(b, STR("  "));
	}
	buf_add(b, STR("id: "));
	add_plain(k, e->caller_id);
	buf_print(b, ", actor: %" PRId64, e->actor);
	if (e->has_hold)
		buf_print(b, ", hold: %" PRId64, e->hold);
	buf_add(b, STR(", at: "));
	add_time(k, e->at_us);
	if (e->has_expires) {
		buf_add(b, STR(", until: "));
		add_time(k, e->expires_us);
	}
	buf_add(b, STR("\n"));
	if (moving)
		add_posting_lines(k, e);
}

static void beancount_entry(struct books *k, const struct ledger_whole *e)
{
	struct buf *b = &k->line;
	bool moving = moves(e);
	buf_add(b, STR("\n"));
	add_day(k, e->at_us);
	if (moving) {
		buf_print(b, " * \"%s\" \"%s %" PRId64 "\"\n", KIND_OF(e), PURPOSE_OF(e), e->subject);
	} else {
		buf_print(b, " custom \"%s\"", KIND_OF(e));
		add_held(k, e);
		buf_print(b, " \"%s %" PRId64 "\"\n", PURPOSE_OF(e), e->subject);
	}
	buf_print(b, "  position: %" PRId64 "\n  id: \"", e->position);
	add_plain(k, e->caller_id);
	buf_print(b, "\"\n  actor: %" PRId64 "\n", e->actor);
	if (e->has_hold)
		buf_print(b, "  hold: %" PRId64 "\n", e->hold);
	buf_add(b, STR("  at: \""));
	add_time(k, e->at_us);
	buf_add(b, STR("\"\n"));
	if (e->has_expires) {
		buf_add(b, STR("  until: \""));
		add_time(k, e->expires_us);
		buf_add(b, STR("\"\n"));
	}
	if (moving)
		add_posting_lines(k, e);
}

static void csv_entry(struct books *k, const struct ledger_whole *e)
{
	struct buf *b = &k->line;
	for (size_t i = 0; i < e->leg_count && i < LEDGER_LEGS_MAX; i++) {
		const struct ledger_whole_leg *l = &e->legs[i];
		const int64_t numbers[] = { l->amount, l->held, l->posted_after, l->held_after };
		buf_print(b, "%" PRId64 ",", e->position);
		add_time(k, e->at_us);
		buf_print(b, ",%s,%s,%" PRId64 ",%" PRId64 ",\"", KIND_OF(e), PURPOSE_OF(e), e->subject, e->actor);
		add_plain(k, e->caller_id);
		buf_add(b, STR("\","));
		if (e->has_hold)
			buf_add_int(b, e->hold);
		buf_add_char(b, ',');
		if (e->has_expires)
			add_time(k, e->expires_us);
		buf_add_char(b, ',');
		add_account(k, l->owner_kind, l->owner);
		buf_add_char(b, ',');
		add_commodity(k, l->currency);
		for (size_t n = 0; n < COUNT_OF(numbers); n++) {
			buf_add_char(b, ',');
			add_amount(b, numbers[n], l->currency);
		}
		buf_add(b, STR("\r\n"));
	}
}

static enum err entries(struct books *k)
{
	CLEANUP(ledger_walk_end) struct ledger_walk walk;
	const struct ledger_whole *e;
	ledger_walk_begin(&walk, k->conn, LEDGER_AS_POSTED, (struct ledger_place){ 0, 0 }, INT64_MAX);
	for (;;) {
		TRY(ledger_walk_next(&walk, &e));
		if (e == NULL)
			return ERR_OK;
		if (k->format == LEDGER_HLEDGER)
			hledger_entry(k, e);
		else if (k->format == LEDGER_BEANCOUNT)
			beancount_entry(k, e);
		else
			csv_entry(k, e);
		TRY(put(k));
	}
}

static enum err head(struct books *k)
{
	if (k->format == LEDGER_CSV) {
		buf_add(&k->line, STR("position,at,kind,purpose,subject,actor,id,hold,until,account,currency,amount,held,posted_after,held_after\r\n"));
		return put(k);
	}
	buf_add(&k->line, k->format == LEDGER_BEANCOUNT ? STR("option \"title\" \"Hearth\"\n") : STR("; Hearth\n"));
	TRY(put(k));
	TRY(each_account(k, declare_commodity));
	return each_account(k, declare_account);
}

static enum err foot(struct books *k)
{
	if (k->format == LEDGER_CSV || k->last_us == 0)
		return ERR_OK;
	buf_add(&k->line, STR("\n"));
	if (k->format == LEDGER_HLEDGER) {
		add_day(k, k->last_us);
		buf_add(&k->line, STR(" * what the accounts say they have\n"));
	}
	TRY(put(k));
	return each_account(k, state_balance);
}

enum err cli_ledger_export(struct db_conn *c, enum ledger_format format, FILE *to)
{
	struct books k = { .conn = c, .format = format, .to = to, .line = BUF(LINE_MAX_BYTES), .commodities = map_new(COMMODITIES_MAX),
		.page = malloc(LEDGER_ACCOUNTS_PAGE * sizeof *k.page) };
	enum err e = k.commodities && k.page ? ledger_span(c, &k.first_us, &k.last_us) : ERR_MEMORY;
	if (e == ERR_OK)
		e = head(&k);
	if (e == ERR_OK)
		e = entries(&k);
	if (e == ERR_OK)
		e = foot(&k);
	map_free(k.commodities);
	free(k.page);
	buf_free(&k.line);
	return e;
}
