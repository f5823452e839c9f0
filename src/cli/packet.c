/*
 * hearth packet verify: work a red packet out again from what its server told of it, and say plainly what holds. Needs neither a
 * server nor trust in one. Called by: main.c. Owns: the words. Not here: the draw and the comparing (packet).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "packet/verify.h"

#define NAME_BYTES_MAX 120u

struct words {
	const char *head[2];             /* by kind */
	const char *open, *taken, *expired, *dissolved;
	const char *terms;
	const char *kept, *broken, *not_told, *kept_back;
	const char *same, *no_split, *differs, *another_count, *equal, *unknown;
	const char *nobody, *luckiest, *told, *account;
	const char *grabs_fine, *grabs_within, *nobody_came, *skipped;
	const char *faults[5];           /* by fault */
	const char *cannot, *good, *bad, *not_yet;
};
static const struct words english = {
	.head = { "Red packet: lucky, %lld in %lld shares, each from %lld to %lld; ", "Red packet: equal, %lld in %lld shares, each from %lld to %lld; " },
	.open = "still open",
	.taken = "all taken",
	.expired = "its time is over",
	.dissolved = "its group is dissolved",
	.terms = "Terms: a packet like this cannot be: the sum does not fit into these shares. Nothing else was looked at.\n",
	.kept = "Promise: kept. The secret is the one that was promised by its hash.\n",
	.broken = "Promise: NOT kept. The secret that was told is not the one that was promised by its hash.\n",
	.not_told = "Promise: open. The secret is told when the packet is over; ask again then.\n",
	.kept_back = "Promise: open. The packet is over, but its secret was not told.\n",
	.same = "Shares: drawn again from secret, nonce and id; all %lld are as the server says.\n",
	.no_split = "Shares: drawn again from secret, nonce and id; the server does not say what it drew.\n",
	.differs = "Shares: NOT as drawn. Share %lld is %lld when drawn again; the server says %lld.\n",
	.another_count = "Shares: NOT as drawn. There are %lld; the server tells %lld.\n",
	.equal = "Shares: equal, nothing is drawn.\n",
	.unknown = "Shares: not known without the secret.\n",
	.nobody = "-",
	.luckiest = "  luckiest",
	.told = "  the server says %lld",
	.account = "account %lld",
	.grabs_fine = "Grabs: %zu, and nothing is wrong with any.\n",
	.grabs_within = "Grabs: %zu, all within the limits; more cannot be seen without the secret.\n",
	.nobody_came = "Grabs: none.\n",
	.skipped = "Grabs: share %lld was left out, though all before the last one must be taken.\n",
	.faults = { "", "Grabs: %s at share %lld got %lld, which is NOT that share.\n", "Grabs: %s is at share %lld, which there is not (got %lld).\n",
		"Grabs: %s is at share %lld, which somebody else has already (got %lld).\n", "Grabs: %s grabbed before; once more at share %lld (got %lld).\n" },
	.cannot = "No file can prove who came before whom, nor that the promise was told before the packet was sent: compare it with\n"
		  "what the app showed while the packet was open. Promise: ",
	.good = "Result: it adds up.\n",
	.bad = "Result: it does NOT add up.\n",
	.not_yet = "Result: nothing is proven yet.\n",
};
static const struct words chinese = {
	.head = { "红包：拼手气，共 %lld，%lld 份，每份 %lld 到 %lld；", "红包：普通，共 %lld，%lld 份，每份 %lld 到 %lld；" },
	.open = "还在抢",
	.taken = "抢完了",
	.expired = "到时间了",
	.dissolved = "群解散了",
	.terms = "条件：总数分不成这样的份，不会有这样的红包。下面的就没有再看。\n",
	.kept = "承诺：守住了。公开的密钥就是当初用哈希承诺的那一个。\n",
	.broken = "承诺：没守住。公开的密钥不是当初用哈希承诺的那一个。\n",
	.not_told = "承诺：还不知道。红包结束才公开密钥，到时再来看。\n",
	.kept_back = "承诺：还不知道。红包结束了，密钥却没有公开。\n",
	.same = "份额：用密钥、随机数和编号重新抽了一遍，%lld 份都和服务器说的一样。\n",
	.no_split = "份额：用密钥、随机数和编号重新抽了一遍；服务器没说它抽出了什么。\n",
	.differs = "份额：对不上。第 %lld 份重新抽是 %lld，服务器说是 %lld。\n",
	.another_count = "份额：对不上。应有 %lld 份，服务器说了 %lld 份。\n",
	.equal = "份额：每份一样，不用抽。\n",
	.unknown = "份额：没有密钥，看不出来。\n",
	.nobody = "-",
	.luckiest = "  手气最好",
	.told = "  服务器说是 %lld",
	.account = "账号 %lld",
	.grabs_fine = "抢的人：%zu 位，都对得上。\n",
	.grabs_within = "抢的人：%zu 位，都在范围之内；没有密钥，别的看不出来。\n",
	.nobody_came = "抢的人：没有。\n",
	.skipped = "抢的人：第 %lld 份没人拿，可它早该被拿走了。\n",
	.faults = { "", "抢的人：%s 在第 %lld 份拿了 %lld，和那一份对不上。\n", "抢的人：%s 在第 %lld 份，没有这一份（拿了 %lld）。\n",
		"抢的人：%s 在第 %lld 份，那一份已经有人拿了（拿了 %lld）。\n", "抢的人：%s 抢过一次了，又在第 %lld 份（拿了 %lld）。\n" },
	.cannot = "谁先谁后，还有承诺是不是在发红包之前说的，哪个文件都证明不了：和红包还在抢时 app 里看到的比一比。\n承诺：",
	.good = "结论：对得上。\n",
	.bad = "结论：对不上。\n",
	.not_yet = "结论：现在还证明不了。\n",
};

static int could_not(const char *path, const char *why)
{
	fprintf(stderr, "hearth packet: %s: %s\n", path, why);
	return CLI_COULD_NOT;
}

/* ---- the file ---- */

static void let_go(struct str *s) { free((char *)(uintptr_t)s->p); }

static enum err read_input(const char *path, struct str *out)
{
	if (strcmp(path, "-") != 0)
		return file_read(path, PACKET_VERIFY_BYTES_MAX, out);
	char *text = malloc(PACKET_VERIFY_BYTES_MAX + 1);
	if (text == NULL)
		return ERR_MEMORY;
	size_t n = fread(text, 1, PACKET_VERIFY_BYTES_MAX + 1, stdin);
	if (ferror(stdin) || n > PACKET_VERIFY_BYTES_MAX) {
		free(text);
		return n > PACKET_VERIFY_BYTES_MAX ? ERR_LIMIT : ERR_IO;
	}
	*out = (struct str){ text, n };
	return ERR_OK;
}

/* ---- what is said ---- */

/* Bytes at p that would move the terminal's cursor or turn its line around: controls, marks of direction. 0: none. */
static size_t unsafe_bytes(struct str s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;
	size_t left = s.n - at;
	if (p[0] < ' ' || p[0] == 0x7f)
		return 1;
	if (left >= 2 && ((p[0] == 0xc2 && p[1] < 0xa0) || (p[0] == 0xd8 && p[1] == 0x9c)))
		return 2;
	bool marks = left >= 3 && p[0] == 0xe2 && ((p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae))) ||
		(p[1] == 0x81 && p[2] >= 0xa0 && p[2] <= 0xaf));
	return marks ? 3 : 0;
}

/* text is well-formed. */
static void clean(struct str text, char out[NAME_BYTES_MAX + 1])
{
	size_t n = 0;
	text = utf8_first(text, NAME_BYTES_MAX);
	for (size_t i = 0; i < text.n;) {
		size_t skip = unsafe_bytes(text, i);
		out[n++] = skip ? ' ' : text.p[i];
		i += skip ? skip : 1;
	}
	out[n] = '\0';
}

static void who(const struct words *w, const struct packet_verdict_grab *g, char out[NAME_BYTES_MAX + 1])
{
	if (g->name.n)
		clean(g->name, out);
	else
		snprintf(out, NAME_BYTES_MAX + 1, w->account, (long long)g->account);
}

static void say_head(const struct words *w, const struct packet_verdict *v)
{
	const struct packet_terms *t = &v->terms;
	const struct { struct str word; const char *said; } states[] = { { STR("open"), w->open }, { STR("taken"), w->taken },
		{ STR("expired"), w->expired }, { STR("dissolved"), w->dissolved } };
	char state[NAME_BYTES_MAX + 1];
	clean(v->state, state);
	const char *said = state;
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (str_eq(states[i].word, v->state))
			said = states[i].said;
	printf(w->head[t->kind], (long long)t->sum, (long long)t->shares, (long long)t->share_min, (long long)t->share_max);
	printf("%s\n", said);
}

static void say_shares(const struct words *w, const struct packet_verdict *v)
{
	int64_t at = v->split_differs;
	if (at >= 0 && v->split_count != v->terms.shares)
		printf(w->another_count, (long long)v->terms.shares, (long long)v->split_count);
	else if (at >= 0)
		printf(w->differs, (long long)at + 1, (long long)v->shares[at], (long long)v->split_said);
	else if (v->terms.kind == PACKET_EQUAL)
		printf("%s", w->equal);
	else if (!v->drawn)
		printf("%s", w->unknown);
	else if (!v->split_told)
		printf("%s", w->no_split);
	else
		printf(w->same, (long long)v->terms.shares);
}

/* A line for each share: its amount, who took it. */
static void say_places(const struct words *w, const struct packet_verdict *v)
{
	size_t by[PACKET_SHARES_LIMIT] = { 0 }; /* the grab of a place, counted from 1 */
	for (size_t i = v->grab_count; i > 0; i--)
		if (v->grabs[i - 1].fault != PACKET_GRAB_PLACE)
			by[v->grabs[i - 1].place] = i;
	for (size_t i = 0; i < (size_t)v->terms.shares; i++) {
		const struct packet_verdict_grab *g = by[i] ? &v->grabs[by[i] - 1] : NULL;
		char name[NAME_BYTES_MAX + 1];
		if (g)
			who(w, g, name);
		if (!v->drawn && g == NULL)
			continue;
		int64_t amount = v->drawn ? v->shares[i] : g->amount;
		printf("%6zu  %12lld  %s", i + 1, (long long)amount, g ? name : w->nobody);
		if (g && g->amount != amount)
			printf(w->told, (long long)g->amount);
		printf("%s\n", g && v->luckiest == (int64_t)by[i] - 1 ? w->luckiest : "");
	}
}

static void say_grabs(const struct words *w, const struct packet_verdict *v)
{
	size_t faulty = 0;
	for (size_t i = 0; i < v->grab_count; i++) {
		const struct packet_verdict_grab *g = &v->grabs[i];
		char name[NAME_BYTES_MAX + 1];
		if (g->fault == PACKET_GRAB_FINE)
			continue;
		faulty++;
		who(w, g, name);
		/* A place from a stranger may be the largest number there is. */
		printf(w->faults[g->fault], name, g->place < INT64_MAX ? (long long)g->place + 1 : (long long)INT64_MAX, (long long)g->amount);
	}
	if (v->skipped >= 0)
		printf(w->skipped, (long long)v->skipped + 1);
	else if (v->grab_count == 0)
		printf("%s", w->nobody_came);
	else if (faulty == 0)
		printf(v->drawn ? w->grabs_fine : w->grabs_within, v->grab_count);
}

static int say(const struct words *w, const struct packet_verdict *v)
{
	const char *why = packet_verdict_why(v);
	char promise[HASH_HEX_CHARS + 1];
	hash_print(&v->promise, promise);
	say_head(w, v);
	if (!v->terms_met) {
		printf("%s", w->terms);
	} else {
		bool open = str_eq(v->state, STR("open"));
		printf("%s", v->secret_told ? (v->promise_kept ? w->kept : w->broken) : open ? w->not_told : w->kept_back);
		say_shares(w, v);
		say_places(w, v);
		say_grabs(w, v);
		printf("%s%s\n", w->cannot, promise);
	}
	printf("%s", *why == '\0' ? w->good : strcmp(why, "untold") == 0 ? w->not_yet : w->bad);
	if (fflush(stdout) != 0 || ferror(stdout))
		return could_not("standard output", strerror(errno));
	return *why ? CLI_COULD_NOT : CLI_DONE;
}

/* ---- the command ---- */

static int verify(const char *path, bool is_chinese)
{
	struct str text CLEANUP(let_go) = { NULL, 0 };
	struct packet_verdict *v;
	const char *wrong = NULL;
	char why[NAME_BYTES_MAX];
	enum err e = read_input(path, &text);
	if (e != ERR_OK)
		return could_not(path, e == ERR_LIMIT ? "larger than any packet" : e == ERR_NOT_FOUND ? "there is no such file" : err_name(e));
	struct arena *a CLEANUP(arena_drop) = arena_new(PACKET_VERIFY_MEMORY_MAX);
	e = a ? packet_verify_json(a, text, &v, &wrong) : ERR_MEMORY;
	if (e == ERR_INPUT) {
		snprintf(why, sizeof why, "not what a server answers about a packet (%s)", wrong);
		return could_not(path, why);
	}
	return e == ERR_OK ? say(is_chinese ? &chinese : &english, v) : could_not(path, err_name(e));
}

static bool is_chinese(const char *said)
{
	const char *names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	for (size_t i = 0; i < COUNT_OF(names) && (said == NULL || *said == '\0'); i++)
		said = getenv(names[i]);
	return said && strncmp(said, "zh", 2) == 0;
}

static int packet(int argc, char **argv)
{
	const char *language = NULL;
	const struct cli_option options[] = { { "lang", &language, NULL } };
	if (!cli_options(&argc, argv, options, COUNT_OF(options)))
		return CLI_USAGE;
	bool odd = language && strcmp(language, "zh") != 0 && strcmp(language, "en") != 0;
	if (odd || argc != 3 || strcmp(argv[1], "verify") != 0) {
		fprintf(stderr, "%s\n", cli_packet_command.usage);
		return CLI_USAGE;
	}
	return verify(argv[2], is_chinese(language));
}

const struct cli_command cli_packet_command = {
	.name = "packet",
	.usage = "hearth packet verify FILE [--lang zh|en]\n"
		 "  Works a red packet out again from what its server told of it (a file, or - for standard input; in the app:\n"
		 "  the packet, then \"is it fair\"), and says whether promise, shares and amounts hold. 0: all holds. 1: not, or not yet.",
	.run = packet,
};
