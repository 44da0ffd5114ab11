/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One batch at a time: read, send, settle. A letter that fails is put off in the database;
 * when the mailer fails as a whole (the other side is away, does not know us, is not who it
 * should be), the letters stay as they are and everything waits a little, longer each time:
 * an hour of outage costs no letter its tries and the database no writes.
 */
#include "server/outbox.h"

#include <stdatomic.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "server/core/mailing.h"
#include "server/mail/mailer.h"
#include "server/server.h"
#include "server/store/store.h"
#include "server/store/writer.h"

#define WAIT_MOST_MS 15000  /* so soon it is noticed that an outage has ended */
#define USEFUL_MS    120000 /* a code that is good for less is not worth a letter */

enum fate { LEFT, SENT, LATER, NEVER, LATE, HIDDEN };

struct item {
	struct due_letter letter;
	enum fate fate;
	enum err err;
	int reply;
};

struct outbox {
	struct server *server;
	struct catalogs *catalogs; /* the mail thread's */
	atomic_bool hurry;
	bool busy;
	uint64_t paused_ms; /* until then nothing is tried */
	struct outbox_stats stats;

	/* the batch */
	struct task task;
	struct server_job job;
	struct item items[MAILING_BATCH];
	size_t count;
	enum err failed; /* of the mailer as a whole */
	int failed_reply;
};

struct outbox *outbox_new(struct server *server)
{
	struct outbox *outbox = mem_new(struct outbox);

	outbox->server = server;
	outbox->catalogs = catalogs_new(NULL);
	return outbox;
}

static void forget(struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->count; i++)
		due_letter_done(&outbox->items[i].letter);
	outbox->count = 0;
	outbox->busy = false;
}

void outbox_free(struct outbox **outbox)
{
	if (!*outbox)
		return;
	forget(*outbox);
	catalogs_free(&(*outbox)->catalogs);
	mem_free(*outbox);
	*outbox = NULL;
}

bool outbox_is_busy(const struct outbox *outbox)
{
	return outbox->busy;
}

void outbox_hurry(struct outbox *outbox)
{
	struct mailer *mailer = outbox->server->mailer;

	atomic_store(&outbox->hurry, true);
	if (mailer && mailer->hurry)
		mailer->hurry(mailer);
}

struct outbox_stats outbox_stats(const struct outbox *outbox)
{
	return outbox->stats;
}

/* ---- on the mail thread ---- */

static void write_due(struct outbox *outbox, const struct due_letter *due,
		      enum letter_kind kind, uint64_t left_ms, struct letter *letter)
{
	const struct letter_facts facts = {
		.server = outbox->server->config.name,
		.name = due->name.ptr,
		.code = due->code.ptr,
		.what = due->what.ptr,
		.place = due->place.ptr,
		.client = due->client.ptr,
		.asked_ms = due->created_ms,
		.minutes = (unsigned)(left_ms / 60000),
	};

	letter->id = due->id;
	letter->sent_ms = due->created_ms;
	str_add(&letter->to, due->to);
	letter_write(letter, kind, &facts, catalogs_find(outbox->catalogs, due->locale));
}

/* A reset that a stranger asked for, of an address that nobody has: written like the others
 * and sent to nobody. */
static void pretend(struct outbox *outbox, const struct due_letter *due, uint64_t now_ms)
{
	AUTO(letter_done) struct letter letter = LETTER_INIT;
	struct mailer *mailer = outbox->server->mailer;

	write_due(outbox, due, LETTER_RESET,
		  due->expires_ms > now_ms ? due->expires_ms - now_ms : 0, &letter);
	if (mailer->pretend)
		mailer->pretend(mailer, &letter);
}

/* What a failure means: of this letter, or of the mailer as a whole. */
static enum fate judge(struct outbox *outbox, const struct item *item)
{
	switch (item->err) {
	case ERR_OK: return SENT;
	case ERR_BUSY: return LATER;
	case ERR_BAD: return NEVER;
	default:
		outbox->failed = item->err;
		outbox->failed_reply = item->reply;
		return LEFT;
	}
}

static void send_item(struct outbox *outbox, struct item *item)
{
	AUTO(letter_done) struct letter letter = LETTER_INIT;
	struct server *server = outbox->server;
	const struct due_letter *due = &item->letter;
	uint64_t now_ms = clock_now_ms(&server->clock);
	bool coded = due->code.len > 0;

	if (due->unreadable) {
		item->fate = NEVER;
		item->err = ERR_CORRUPT;
	} else if (due->kind == LETTER_NONE) {
		pretend(outbox, due, now_ms);
		item->fate = HIDDEN;
	} else if (now_ms + (coded ? USEFUL_MS : 0) > due->expires_ms) {
		item->fate = LATE;
	} else {
		write_due(outbox, due, due->kind, due->expires_ms - now_ms, &letter);
		item->err = server->mailer->send(server->mailer, &letter);
		item->reply = server->mailer->reply;
		item->fate = judge(outbox, item);
	}
}

static void run_batch(struct job *base, void *ctx)
{
	struct outbox *outbox = CONTAINER_OF(base, struct outbox, job.job);

	outbox->failed = ERR_OK;
	for (size_t i = 0; i < outbox->count; i++) {
		if (outbox->failed != ERR_OK || atomic_load(&outbox->hurry))
			break;
		send_item(outbox, &outbox->items[i]);
	}
}

/* ---- what became of it ---- */

static enum err settle_item(struct outbox *outbox, struct store *store,
			    const struct item *item)
{
	const struct due_letter *due = &item->letter;
	uint64_t again_ms = store_now(store) +
			    mailing_wait_ms(&outbox->server->random, due->tries + 1);

	switch (item->fate) {
	case LEFT: return ERR_OK;
	case LATER:
		return store_mail_defer(store, due->key,
					again_ms < due->expires_ms ? again_ms
								   : due->expires_ms,
					err_word(item->err));
	default: return store_mail_drop(store, due->key);
	}
}

static enum err settle_run(struct task *task, struct store *store)
{
	struct outbox *outbox = CONTAINER_OF(task, struct outbox, task);
	enum err err = ERR_OK;

	for (size_t i = 0; i < outbox->count && err == ERR_OK; i++)
		err = settle_item(outbox, store, &outbox->items[i]);
	return err;
}

/* Never the address, the name or the code. */
static void note_item(struct outbox *outbox, const struct item *item)
{
	const char *word = item->letter.unreadable ? "?" : letter_word(item->letter.kind);
	struct outbox_stats *stats = &outbox->stats;

	switch (item->fate) {
	case SENT: stats->sent++; break;
	case LATER:
		stats->deferred++;
		log_info(
			"mail: a letter is put off, letter=%s, id=%s, reply=%d, tries=%u",
			word, id_text(&item->letter.id).text, item->reply,
			item->letter.tries + 1);
		break;
	case NEVER:
		stats->refused++;
		log_error("mail: a letter was refused for good, letter=%s, id=%s, "
			  "error=%s, reply=%d",
			  word, id_text(&item->letter.id).text, err_word(item->err),
			  item->reply);
		break;
	case LATE:
		stats->late++;
		log_error("mail: a letter was not sent in time, letter=%s, id=%s", word,
			  id_text(&item->letter.id).text);
		break;
	default: break;
	}
}

static void note_mailer(struct outbox *outbox)
{
	struct server *server = outbox->server;
	uint64_t wait_ms;

	if (outbox->failed == ERR_OK) {
		if (outbox->stats.failures)
			log_info("mail: letters are sent again");
		outbox->stats.failures = 0;
		return;
	}
	outbox->stats.failures++;
	wait_ms = mailing_wait_ms(&server->random, (unsigned)outbox->stats.failures);
	if (wait_ms > WAIT_MOST_MS)
		wait_ms = WAIT_MOST_MS;
	outbox->paused_ms = clock_mono_ms(&server->clock) + wait_ms;
	if (outbox->stats.failures == 1)
		log_error("mail: letters cannot be sent now, error=%s, reply=%d",
			  err_word(outbox->failed), outbox->failed_reply);
}

static void settle_done(struct task *task, enum err err)
{
	struct outbox *outbox = CONTAINER_OF(task, struct outbox, task);
	bool more = outbox->count == MAILING_BATCH;

	if (err != ERR_OK)
		log_error("mail: the queue cannot be written, error=%s", err_word(err));
	for (size_t i = 0; i < outbox->count; i++)
		note_item(outbox, &outbox->items[i]);
	note_mailer(outbox);
	forget(outbox);
	if (more && err == ERR_OK)
		outbox_look(outbox);
}

static void batch_done(struct server_job *job)
{
	struct outbox *outbox = CONTAINER_OF(job, struct outbox, job);
	bool settled = true;

	for (size_t i = 0; i < outbox->count; i++)
		settled = settled && outbox->items[i].fate == LEFT;
	outbox->task = (struct task){.run = settle_run, .done = settle_done};
	if (settled) {
		note_mailer(outbox);
		forget(outbox);
	} else if (writer_submit(outbox->server->writer, &outbox->task) != ERR_OK) {
		forget(outbox); /* busy: they will go out twice rather than not at all */
	}
}

/* ---- what is due ---- */

static enum err take_run(struct task *task, struct store *store)
{
	struct outbox *outbox = CONTAINER_OF(task, struct outbox, task);
	struct due_letter letters[MAILING_BATCH];
	enum err err = mailing_due(store, &outbox->server->keys, letters, MAILING_BATCH,
				   &outbox->count);

	for (size_t i = 0; i < outbox->count; i++)
		outbox->items[i] = (struct item){.letter = letters[i]};
	return err;
}

static void take_done(struct task *task, enum err err)
{
	struct outbox *outbox = CONTAINER_OF(task, struct outbox, task);

	if (err != ERR_OK)
		log_error("mail: the queue cannot be read, error=%s", err_word(err));
	outbox->job = (struct server_job){.job = {.run = run_batch}, .done = batch_done};
	if (outbox->count == 0 ||
	    worker_submit(&outbox->server->postman, &outbox->job.job) != ERR_OK)
		forget(outbox);
}

void outbox_look(struct outbox *outbox)
{
	struct server *server = outbox->server;

	if (outbox->busy || !server->mailer || atomic_load(&outbox->hurry) ||
	    clock_mono_ms(&server->clock) < outbox->paused_ms)
		return;
	outbox->busy = true;
	outbox->task = (struct task){.run = take_run, .done = take_done};
	if (reader_submit(server->writer, &outbox->task) != ERR_OK)
		forget(outbox);
}
