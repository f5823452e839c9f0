/*
 * Carries the plan of the demo village out through the rooms themselves, with the times of the plan: so journal, numbers, unread
 * marks and figures are what they would be had it all been lived.
 */
#include <stdio.h>
#include <unistd.h>

#include "chat/chat.h"
#include "cli/demo.h"
#include "group/group.h"
#include "media/media.h"
#include "people/people.h"
#include "proof/proof.h"

#define ACT_ARENA_BYTES (8u << 20)
#define PICTURE_ARENA_BYTES (4u << 20)
#define PROGRESS_STEP 500u

struct doing {
	struct db_conn *c;
	const char *data;
	struct demo_plan *p;
	struct arena *a;      /* of one act */
	int64_t *numbers;     /* of messages, by the act's id */
	struct demo_chance chance; /* of the drawings */
};

static struct demo_member *member_of(const struct doing *d, const struct demo_act *act)
{
	return &d->p->groups[act->group].members[act->member];
}

static enum err account_of(const struct doing *d, const struct demo_act *act, int64_t *out)
{
	struct demo_person *who = &d->p->people[member_of(d, act)->person];
	bool chinese = who->tongue != DEMO_ENGLISH;
	*out = who->account;
	if (who->account)
		return ERR_OK;
	TRY(people_add(d->c, who->name, chinese, false, act->at_us, &who->account));
	*out = who->account;
	struct account wish = { .id = who->account, .name = who->name, .locale = chinese ? STR("zh") : STR("en") };
	wish.greetable = who->account % 3 != 0; /* most would like to be greeted */
	return people_set(d->c, &wish);
}

static enum err found(const struct doing *d, const struct demo_act *act)
{
	struct demo_group *to = &d->p->groups[act->group];
	const struct demo_kind *k = to->kind;
	struct group g = { .owner = d->p->people[DEMO_OWNER].account, .name = str_of(k->name), .common_ground = str_of(k->ground),
		.rules = str_of(k->rules), .capacity = k->capacity, .external = k->external };
	struct str tags[COUNT_OF(k->tags)];
	struct invitation open, asking;
	size_t n = 0;
	while (n < COUNT_OF(k->tags) && k->tags[n]) {
		tags[n] = str_of(k->tags[n]);
		n++;
	}
	TRY(group_add(d->c, &g, tags, n, act->at_us, &to->id));
	if (k->external)
		return ERR_OK;
	if (k->members_invite) {
		TRY(group_get(d->c, d->a, to->id, &g));
		g.members_invite = true;
		TRY(group_set(d->c, &g, g.owner, act->at_us));
	}
	TRY(group_invite(d->c, d->a, to->id, g.owner, false, 0, 0, act->at_us, &open));
	to->invitation = open.id;
	if (k->waiting) {
		TRY(group_invite(d->c, d->a, to->id, g.owner, true, 0, 0, act->at_us, &asking));
		to->asking = asking.id;
	}
	return ERR_OK;
}

static enum err come(const struct doing *d, const struct demo_act *act)
{
	const struct demo_group *g = &d->p->groups[act->group];
	struct invitation by;
	enum join_outcome outcome;
	int64_t account;
	TRY(account_of(d, act, &account));
	TRY(group_invitation_get(d->c, d->a, g->id, act->what == ACT_ASK ? g->asking : g->invitation, &by));
	TRY(group_join(d->c, &by, account, act->at_us, &outcome));
	assert(outcome == (act->what == ACT_ASK ? JOIN_WAITING : JOIN_IN));
	return ERR_OK;
}

/* ---- pictures: as an upload keeps them, DATA/media/xx/NAME and NAME.webp ---- */

static enum err keep(const struct doing *d, const struct picture *pic, struct chat_picture *row)
{
	char name[HASH_HEX_CHARS + 1], folder[PATH_MAX], path[PATH_MAX];
	struct token salt = token_new();
	struct hash h = hash_keyed((struct str){ salt.z, 32 }, pic->clean);
	hash_print(&h, name);
	TRY(arena_copy(d->a, (struct str){ name, 40 }, &row->file));
	if (snprintf(folder, sizeof folder, "%s/media/%.2s", d->data, name) >= (int)sizeof folder ||
		snprintf(path, sizeof path, "%s/%.40s.webp", folder, name) >= (int)sizeof path)
		return ERR_LIMIT;
	TRY(dir_make(folder, 0700));
	TRY(file_write(path, pic->thumb, 0600));
	path[strlen(path) - strlen(".webp")] = '\0';
	TRY(file_write(path, pic->clean, 0600));
	row->width = pic->width;
	row->height = pic->height;
	row->bytes = (int64_t)pic->clean.n;
	row->type = str_of(picture_mime(pic->type));
	return ERR_OK;
}

static enum err draw(struct doing *d, const struct demo_act *act, struct post *post)
{
	CLEANUP(buf_free) struct buf png = BUF(PICTURE_ARENA_BYTES);
	struct picture pic CLEANUP(picture_free) = { 0 };
	struct chat_picture row = { .group = post->group, .account = post->author };
	TRY(demo_draw((enum demo_scene)act->scene, &d->chance, &png));
	TRY(picture_read(buf_str(&png), &pic));
	TRY(keep(d, &pic, &row));
	return chat_picture_add(d->c, &row, act->at_us, &post->picture);
}

static enum err speak(struct doing *d, const struct demo_act *act)
{
	const struct demo_group *g = &d->p->groups[act->group];
	struct post post = { .group = g->id, .text = act->text, .calls_all = act->calls_all, .now_us = act->at_us };
	int64_t mentioned, at_us;
	TRY(account_of(d, act, &post.author));
	TRY(arena_print(d->a, &post.client_id, "demo-%zu", act->id));
	if (act->reply_to != DEMO_NONE)
		post.reply_to = d->numbers[act->reply_to];
	if (act->mentioned != DEMO_NONE) {
		mentioned = d->p->people[g->members[act->mentioned].person].account;
		post.mentions = &mentioned;
		post.mention_count = 1;
	}
	if (act->scene)
		TRY(draw(d, act, &post));
	return chat_post(d->c, &post, &d->numbers[act->id], &at_us);
}

static enum err read_up(const struct doing *d, const struct demo_act *act, int64_t account)
{
	int64_t group = d->p->groups[act->group].id, last, now;
	TRY(event_last(d->c, STREAM_GROUP, group, &last));
	return group_read(d->c, group, account, last > act->back ? last - act->back : 0, act->at_us, &now);
}

static enum err do_act(struct doing *d, const struct demo_act *act)
{
	int64_t group = d->p->groups[act->group].id, account;
	switch (act->what) {
	case ACT_FOUND:
		return found(d, act);
	case ACT_JOIN:
	case ACT_ASK:
		return come(d, act);
	case ACT_SAY:
		return speak(d, act);
	case ACT_STEWARD:
	case ACT_MUTE:
	case ACT_READ:
	case ACT_LEAVE:
		break;
	}
	TRY(account_of(d, act, &account));
	if (act->what == ACT_STEWARD)
		return group_set_role(d->c, group, account, ROLE_STEWARD, d->p->people[DEMO_OWNER].account, act->at_us);
	if (act->what == ACT_MUTE)
		return group_mute(d->c, group, account, GROUP_FOREVER_US, act->at_us);
	return act->what == ACT_LEAVE ? group_leave(d->c, group, account, act->at_us) : read_up(d, act, account);
}

enum err demo_do(struct db_conn *c, const char *data, struct demo_plan *p)
{
	CLEANUP(arena_drop) struct arena *a = arena_new(ACT_ARENA_BYTES);
	struct doing d = { .c = c, .data = data, .p = p, .a = a, .numbers = arena_take_many(p->a, DEMO_ACTS_MAX, sizeof *d.numbers),
		.chance = p->chance };
	struct demo_person *owner = &p->people[DEMO_OWNER];
	if (a == NULL || d.numbers == NULL)
		return ERR_MEMORY;
	TRY(people_add(c, owner->name, true, true, p->first_us, &owner->account));
	for (size_t i = 0; i < p->act_count; i++) {
		const struct demo_act *act = &p->acts[i];
		if (!p->groups[act->group].kind->external || act->what == ACT_FOUND)
			TRY(do_act(&d, act));
		arena_reset(a);
		if (i % PROGRESS_STEP == 0)
			demo_say_progress(i, p->act_count);
	}
	for (size_t i = 0; i < p->group_count; i++)
		if (p->groups[i].kind->external)
			TRY(demo_outside(c, data, p, i));
	return ERR_OK;
}
