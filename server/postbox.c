/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests are independent of each other but for the order of their queue, which the store
 * keeps: only the first of a queue is due, and it stays due until it is settled. What is
 * under way is remembered here by its id, so that a look in between does not send it again,
 * and so is what was settled while a look read what was due before.
 */
#include "server/postbox.h"

#include "common/base/log.h"
#include "common/base/mem.h"
#include "server/core/posting.h"
#include "server/feeder.h"
#include "server/hook/poster.h"
#include "server/server.h"
#include "server/store/store.h"
#include "server/store/writer.h"

/* One request under way. */
struct errand {
	struct server_job job; /* brings it back */
	struct task task;      /* settles it */
	struct postbox *postbox;
	struct due_posting due;
	struct str headers;
	struct post_out post;
	enum posting_fate fate;
};

struct postbox {
	struct server *server;
	struct errand *errands[POSTING_BATCH];
	size_t count;
	struct task task; /* looks for what is due */
	bool looking, again, ending;
	struct id settled
		[POSTING_BATCH]; /* since the look began: none is started meanwhile */
	size_t settled_count;
	struct due_posting found[POSTING_BATCH * 2];
	size_t found_count;
	struct postbox_stats stats;
};

struct postbox *postbox_new(struct server *server)
{
	struct postbox *postbox = mem_new(struct postbox);

	postbox->server = server;
	return postbox;
}

static void errand_free(struct errand *errand)
{
	struct postbox *postbox = errand->postbox;

	for (size_t i = 0; i < postbox->count; i++) {
		if (postbox->errands[i] == errand) {
			postbox->errands[i] = postbox->errands[--postbox->count];
			break;
		}
	}
	due_posting_done(&errand->due);
	str_wipe(&errand->headers);
	mem_free(errand);
}

void postbox_free(struct postbox **postbox)
{
	if (!*postbox)
		return;
	while ((*postbox)->count)
		errand_free((*postbox)->errands[0]);
	mem_free(*postbox);
	*postbox = NULL;
}

bool postbox_is_busy(const struct postbox *postbox)
{
	return postbox->count > 0 || postbox->looking;
}

void postbox_hurry(struct postbox *postbox)
{
	postbox->ending = true;
}

struct postbox_stats postbox_stats(const struct postbox *postbox)
{
	return postbox->stats;
}

/* ---- what became of it ---- */

static enum err settle_run(struct task *task, struct store *store)
{
	struct errand *errand = CONTAINER_OF(task, struct errand, task);
	const struct posting_try tried = {
		.err = errand->post.err,
		.status = errand->post.status,
		.retry_after_ms = errand->post.retry_after_ms,
	};

	return posting_settle(store, &errand->postbox->server->random, &errand->due,
			      &tried, &errand->fate);
}

/* Never the URL: it may hold a secret. */
static void note(struct errand *errand)
{
	struct postbox_stats *stats = &errand->postbox->stats;
	const struct posting_row *row = &errand->due.row;

	switch (errand->fate) {
	case POSTING_SENT: stats->sent++; break;
	case POSTING_LATER:
		stats->failed++;
		log_info("hook: a request is put off, id=%s, error=%s, status=%d, "
			 "tries=%u",
			 id_text(&row->id).text, err_word(errand->post.err),
			 errand->post.status, row->tries + 1);
		break;
	case POSTING_LOST:
		stats->failed++;
		stats->lost++;
		log_error("hook: a request was given up, id=%s, error=%s, status=%d, "
			  "tries=%u",
			  id_text(&row->id).text, err_word(errand->post.err),
			  errand->post.status, row->tries + 1);
		break;
	}
}

static void settle_done(struct task *task, enum err err)
{
	struct errand *errand = CONTAINER_OF(task, struct errand, task);
	struct postbox *postbox = errand->postbox;

	if (err == ERR_OK)
		note(errand);
	else
		log_error("hook: the queue cannot be written, error=%s", err_word(err));
	if (postbox->looking)
		postbox->settled[postbox->settled_count++] = errand->due.row.id;
	errand_free(errand);
	if (err == ERR_OK) {
		postbox_look(postbox);
		feeder_look(postbox->server->feeder); /* there is room again */
	}
}

static void errand_back(struct server_job *job)
{
	struct errand *errand = CONTAINER_OF(job, struct errand, job);
	struct postbox *postbox = errand->postbox;

	errand->task = (struct task){.run = settle_run, .done = settle_done};
	/* What did not go because the server ends was not tried; and a writer that is busy
	 * had better send it twice than not at all. */
	if ((postbox->ending && errand->post.err != ERR_OK) ||
	    writer_submit(postbox->server->writer, &errand->task) != ERR_OK)
		errand_free(errand);
}

/* ---- what is due ---- */

static bool is_under_way(const struct postbox *postbox, const struct id *id)
{
	for (size_t i = 0; i < postbox->count; i++) {
		if (id_equal(&postbox->errands[i]->due.row.id, id))
			return true;
	}
	return false;
}

static bool was_settled(const struct postbox *postbox, const struct id *id)
{
	for (size_t i = 0; i < postbox->settled_count; i++) {
		if (id_equal(&postbox->settled[i], id))
			return true;
	}
	return false;
}

static void start(struct postbox *postbox, struct due_posting *due)
{
	struct errand *errand = mem_new(struct errand);
	struct poster *poster = postbox->server->poster;

	*errand = (struct errand){
		.postbox = postbox,
		.due = *due,
		.headers = STR_INIT,
		.job = {.done = errand_back},
	};
	*due = (struct due_posting){.url = STR_INIT, .headers = STR_INIT};
	posting_headers(&errand->due, clock_now_ms(&postbox->server->clock),
			&errand->headers);
	errand->post = (struct post_out){
		.url = errand->due.url.ptr,
		.headers = errand->headers.ptr,
		.body = buf_view(&errand->due.body),
		.back = &errand->job.job.mail,
	};
	postbox->errands[postbox->count++] = errand;
	if (errand->due.unreadable) {
		errand->post.err = ERR_CORRUPT;
		errand_back(&errand->job);
	} else if (poster->submit(poster, &errand->post) != ERR_OK) {
		errand_free(errand); /* it stays due */
	}
}

static enum err look_run(struct task *task, struct store *store)
{
	struct postbox *postbox = CONTAINER_OF(task, struct postbox, task);

	return posting_due(store, &postbox->server->keys, postbox->found,
			   ARRAY_LEN(postbox->found), &postbox->found_count);
}

static void look_done(struct task *task, enum err err)
{
	struct postbox *postbox = CONTAINER_OF(task, struct postbox, task);

	if (err != ERR_OK)
		log_error("hook: the queue cannot be read, error=%s", err_word(err));
	for (size_t i = 0; i < postbox->found_count; i++) {
		struct due_posting *due = &postbox->found[i];

		if (err == ERR_OK && !postbox->ending && postbox->count < POSTING_BATCH &&
		    !is_under_way(postbox, &due->row.id) &&
		    !was_settled(postbox, &due->row.id))
			start(postbox, due);
		due_posting_done(due);
	}
	postbox->found_count = 0;
	postbox->looking = false;
	if (postbox->again)
		postbox_look(postbox);
}

void postbox_look(struct postbox *postbox)
{
	postbox->again = postbox->looking;
	if (postbox->looking || postbox->ending || postbox->count == POSTING_BATCH)
		return;
	postbox->looking = true;
	postbox->settled_count = 0;
	postbox->task = (struct task){.run = look_run, .done = look_done};
	if (reader_submit(postbox->server->writer, &postbox->task) != ERR_OK)
		postbox->looking = false;
}
