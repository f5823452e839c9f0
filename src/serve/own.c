/* The server's own writes: pieces of an import, say. Through the same writer as everybody's. */
#include "serve/serve_private.h"

struct own {
	pthread_mutex_t lock;
	pthread_cond_t over_now;
	bool over;
	enum err result;
};

static enum err result_of(const struct req *r)
{
	if (r->problem == NULL)
		return ERR_OK;
	return r->status == 503 ? ERR_BUSY : r->status == 404 ? ERR_NOT_FOUND : r->status >= 500 ? ERR_DB : ERR_REFUSED;
}

static void own_answer(struct req *r)
{
	struct own *o = r->answer_to;
	pthread_mutex_lock(&o->lock);
	o->result = result_of(r);
	o->over = true;
	pthread_cond_signal(&o->over_now);
	pthread_mutex_unlock(&o->lock);
}

enum err serve_own(struct serve *s, const struct entry *e, int64_t account, void *state)
{
	struct own o = { .lock = PTHREAD_MUTEX_INITIALIZER, .over_now = PTHREAD_COND_INITIALIZER };
	struct req *r = req_new(s, e);
	if (r == NULL)
		return ERR_MEMORY;
	r->account = account;
	r->state = state;
	r->answer = own_answer;
	r->answer_to = &o;
	enum err put = workers_put(s->workers, r);
	if (put != ERR_OK) {
		req_free(r);
		return put;
	}
	pthread_mutex_lock(&o.lock);
	while (!o.over)
		pthread_cond_wait(&o.over_now, &o.lock);
	pthread_mutex_unlock(&o.lock);
	return o.result;
}

void serve_keep(struct serve *s, void *kept) { s->kept = kept; }
void *serve_kept(const struct serve *s) { return s->kept; }
