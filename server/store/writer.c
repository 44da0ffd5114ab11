/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Group commit. The writing thread takes the whole list of waiting tasks, so the groups
 * grow by themselves with the load: while one fsync runs, the next group gathers. What is
 * finished goes to one box with one wake, whoever finished it.
 *
 * A commit that fails fails every task of its group, also those that had been refused on
 * their own: what they were refused for may have been undone with the group.
 */
#include "server/store/writer.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "server/store/relief.h"
#include "server/store/store.h"

#define GROUP_MAX   2048 /* tasks of one transaction: some 40 ms of work */
#define IDLE_MS     250  /* quiet for so long: time for housekeeping */
#define PROBE_MS    1000 /* so often a disk that failed is asked whether it is well */
#define PROBE_BYTES 65536

struct reader {
	struct writer *writer;
	struct store store;
	pthread_t thread;
};

struct writer {
	struct store store;
	pthread_t thread;
	bool inline_mode, started;
	bool patient;
	bool left; /* something in todo or asked that was not rung for; the loop's */
	size_t most_bytes;
	struct mailbox todo;  /* for the writer */
	struct mailbox asked; /* for the readers */
	struct mailbox done;  /* for the loop */
	struct relief relief; /* of the log; only with threads */
	struct reader readers[WRITER_READERS_MAX];
	unsigned reader_count; /* with an open store */
	unsigned reader_threads;
	atomic_int health;
	atomic_bool mailed;
	atomic_bool noticed;
	atomic_size_t bytes; /* in todo and asked */
	atomic_size_t waiting;
	atomic_uint_fast64_t tasks, commits, failures, checkpoints;
	struct histogram commit_us, group;
};

static struct task *task_of(struct mail *mail)
{
	return CONTAINER_OF(mail, struct task, mail);
}

/* One task in its savepoint. */
static enum err run_one(struct store *store, struct task *task)
{
	if (task->atomic)
		return task->run(task, store);
	enum err err = store_begin(store);

	if (err)
		return err;
	err = task->run(task, store);
	if (err) {
		store_rollback(store);
		return err;
	}
	return store_commit(store);
}

static void fail_group(struct mail *head, enum err err)
{
	for (struct mail *mail = head; mail; mail = mail->next)
		task_of(mail)->err = err;
}

/* A group may have nothing to write, or a page that fits where a log ends, and then its
 * commit says nothing about the disk. While that is sick each group writes as much as a
 * group may need; the row stays, and its pages are used again the next time. */
static enum err probe(struct writer *writer)
{
	static const uint8_t room[PROBE_BYTES];
	struct value now = value_int((int64_t)store_now(&writer->store));

	if (!atomic_load(&writer->health))
		return ERR_OK;
	return store_run(&writer->store, STMT_meta_put_data,
			 VALUES(value_text(bytes_text("probe")), now,
				value_blob(bytes_of(room, sizeof(room)))),
			 NULL, NULL);
}

/* A transaction for the tasks from @head on, linked by next and ended by NULL. */
static enum err commit_group(struct writer *writer, struct mail *head)
{
	enum err err = store_begin(&writer->store);

	if (err) {
		fail_group(head, err);
		return err;
	}
	for (struct mail *mail = head; mail; mail = mail->next)
		task_of(mail)->err = run_one(&writer->store, task_of(mail));
	err = probe(writer);
	if (err)
		store_rollback(&writer->store);
	else
		err = store_commit(&writer->store);
	if (err)
		fail_group(head, err == ERR_BUSY ? ERR_BUSY : ERR_STORE);
	return err;
}

/* A slice of upkeep: who waits behind it waits for a few milliseconds. */
static void run_alone(struct writer *writer, struct mail *mail)
{
	task_of(mail)->err = task_of(mail)->run(task_of(mail), &writer->store);
}

static void hand_back(struct writer *writer, struct mail *head, struct mail *tail,
		      size_t count)
{
	size_t bytes = 0;

	for (struct mail *mail = head; mail; mail = mail->next)
		bytes += task_of(mail)->size;
	atomic_fetch_sub(&writer->bytes, bytes);
	bool put = mailbox_put_list(&writer->done, head, tail, count);
	assert(put); /* it is closed after the threads have ended */
}

static void note_commit(struct writer *writer, enum err err, size_t count)
{
	enum err before = (enum err)atomic_exchange(&writer->health, (int)err);

	if (writer->store.mailed)
		atomic_store(&writer->mailed, true);
	writer->store.mailed = false;
	if (writer->store.noticed)
		atomic_store(&writer->noticed, true);
	writer->store.noticed = false;

	atomic_fetch_add(&writer->tasks, count);
	atomic_fetch_add(err ? &writer->failures : &writer->commits, 1);
	atomic_fetch_sub(&writer->waiting, count);
	if (err && !before)
		log_error("store: commits fail, error=%s", err_word(err));
	if (!err && before)
		log_info("store: commits work again");
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Run a list in groups; returns when all of it was handed back. */
static void write_list(struct writer *writer, struct mail *list)
{
	while (list) {
		struct mail *head = list, *tail = list;
		bool alone = task_of(head)->alone;
		size_t count = 1;
		while (!alone && tail->next && !task_of(tail->next)->alone &&
		       count < GROUP_MAX) {
			tail = tail->next;
			count++;
		}
		list = tail->next;
		tail->next = NULL;
		if (alone) {
			run_alone(writer, head);
			atomic_fetch_sub(&writer->waiting, 1);
		} else {
			uint64_t began = now_us();
			note_commit(writer, commit_group(writer, head), count);
			histogram_add(&writer->commit_us, now_us() - began);
			histogram_add(&writer->group, count);
		}
		hand_back(writer, head, tail, count);
	}
}

/* Nothing came for a while. False: it is not needed any more to look again. */
static bool idle(struct writer *writer)
{
	if (atomic_load(&writer->health))
		note_commit(writer, commit_group(writer, NULL), 0);
	bool moved = relief_finish(&writer->relief, &writer->store);
	atomic_fetch_add(&writer->checkpoints, moved);
	return atomic_load(&writer->health);
}

static void *writer_main(void *arg)
{
	struct writer *writer = arg;
	bool dirty = false;

	for (;;) {
		bool late = false;
		unsigned wait_ms = atomic_load(&writer->health) ? PROBE_MS : IDLE_MS;
		struct mail *list =
			dirty ? mailbox_wait_for(&writer->todo, wait_ms, &late)
			      : mailbox_wait(&writer->todo);
		if (list) {
			write_list(writer, list);
			bool moved = relief_go_on(&writer->relief, &writer->store);
			atomic_fetch_add(&writer->checkpoints, moved);
			dirty = true;
		} else if (late) {
			dirty = idle(writer);
		} else {
			return NULL;
		}
	}
}

static void read_one(struct writer *writer, struct store *store, struct mail *mail)
{
	struct task *task = task_of(mail);

	/* All that a task reads is of one moment. */
	task->err = store_begin(store);
	if (!task->err) {
		task->err = task->run(task, store);
		store_rollback(store);
	}
	hand_back(writer, mail, mail, 1);
}

static void *reader_main(void *arg)
{
	struct reader *reader = arg;

	for (struct mail *mail; (mail = mailbox_wait_one(&reader->writer->asked));)
		read_one(reader->writer, &reader->store, mail);
	return NULL;
}

/* Signals belong to the thread with the loop. */
static bool spawn(pthread_t *ret_thread, void *(*run)(void *), void *arg)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(ret_thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return !failed;
}

static enum err open_stores(struct writer *writer, const struct writer_config *config)
{
	struct store_config store = {
		.driver = config->driver,
		.path = config->path,
		.clock = config->clock,
		.random = config->random,
		.audit_key = config->audit_key,
	};
	unsigned readers = config->readers ? config->readers : 1;
	enum err err = store_open(&writer->store, &store);

	assert(readers <= WRITER_READERS_MAX);
	store.reader = true;
	for (unsigned i = 0; !err && i < readers; i++) {
		struct reader *reader = &writer->readers[i];
		reader->writer = writer;
		err = store_open(&reader->store, &store);
		if (!err)
			writer->reader_count++;
	}
	if (!err && !writer->inline_mode)
		err = relief_init(&writer->relief, &store);
	return err;
}

static enum err start_threads(struct writer *writer)
{
	if (writer->inline_mode)
		return ERR_OK;
	writer->started = spawn(&writer->thread, writer_main, writer);
	if (!writer->started)
		return ERR_INTERNAL;
	for (unsigned i = 0; i < writer->reader_count; i++) {
		struct reader *reader = &writer->readers[i];
		if (!spawn(&reader->thread, reader_main, reader))
			return ERR_INTERNAL;
		writer->reader_threads++;
	}
	return ERR_OK;
}

enum err writer_new(const struct writer_config *config, struct writer **ret_writer)
{
	struct writer *writer = mem_new(struct writer);
	size_t most = config->most_tasks ? config->most_tasks : 65536;

	writer->inline_mode = config->inline_mode;
	writer->commit_us.first = 64; /* to 2 s */
	writer->group.first = 1;
	writer->patient = config->patient;
	writer->most_bytes = config->most_bytes ? config->most_bytes : (size_t)64 << 20;
	mailbox_init(&writer->todo, most, NULL, NULL);
	mailbox_init(&writer->asked, most, NULL, NULL);
	mailbox_init(&writer->done, 0, config->wake, config->wake_ctx);
	enum err err = open_stores(writer, config);
	if (!err)
		err = start_threads(writer);
	if (err) {
		writer_free(&writer);
		return err;
	}
	*ret_writer = writer;
	return ERR_OK;
}

void writer_free(struct writer **ref)
{
	struct writer *writer = *ref;

	if (!writer)
		return;
	mailbox_close(&writer->todo);
	mailbox_close(&writer->asked);
	if (writer->started)
		pthread_join(writer->thread, NULL);
	for (unsigned i = 0; i < writer->reader_threads; i++)
		pthread_join(writer->readers[i].thread, NULL);
	writer_reap(writer);
	for (unsigned i = 0; i < writer->reader_count; i++)
		store_close(&writer->readers[i].store);
	if (!writer->inline_mode)
		relief_done(&writer->relief, &writer->store);
	store_close(&writer->store); /* last: its closing checkpoints */
	mailbox_done(&writer->done);
	mailbox_done(&writer->asked);
	mailbox_done(&writer->todo);
	mem_free(writer);
	*ref = NULL;
}

static enum err submit(struct writer *writer, struct mailbox *box, struct task *task)
{
	size_t bytes = atomic_fetch_add(&writer->bytes, task->size) + task->size;

	task->err = ERR_OK;
	if (bytes > writer->most_bytes || !mailbox_leave(box, &task->mail)) {
		atomic_fetch_sub(&writer->bytes, task->size);
		return ERR_BUSY;
	}
	writer->left = true;
	if (!writer->patient)
		writer_go(writer);
	return ERR_OK;
}

void writer_go(struct writer *writer)
{
	if (!writer->left)
		return;
	writer->left = false;
	mailbox_ring(&writer->todo);
	mailbox_ring(&writer->asked);
}

enum err writer_submit(struct writer *writer, struct task *task)
{
	atomic_fetch_add(&writer->waiting, 1);
	enum err err = submit(writer, &writer->todo, task);
	if (err)
		atomic_fetch_sub(&writer->waiting, 1);
	else if (writer->inline_mode)
		write_list(writer, mailbox_take(&writer->todo));
	return err;
}

enum err reader_submit(struct writer *writer, struct task *task)
{
	enum err err = submit(writer, &writer->asked, task);

	if (err || !writer->inline_mode)
		return err;
	read_one(writer, &writer->readers[0].store, mailbox_take(&writer->asked));
	return ERR_OK;
}

size_t writer_reap(struct writer *writer)
{
	size_t count = 0;

	for (struct mail *mail = mailbox_take(&writer->done), *next; mail; mail = next) {
		struct task *task = task_of(mail);
		next = mail->next; /* done() frees the task */
		task->done(task, task->err);
		count++;
	}
	return count;
}

enum err writer_health(const struct writer *writer)
{
	struct writer *asked = (struct writer *)(uintptr_t)writer;
	enum err err = (enum err)atomic_load(&asked->health);

	return err == ERR_OK && atomic_load(&asked->relief.failed) ? ERR_STORE : err;
}

bool writer_mailed(struct writer *writer)
{
	return atomic_exchange(&writer->mailed, false);
}

bool writer_noticed(struct writer *writer)
{
	return atomic_exchange(&writer->noticed, false);
}

struct writer_stats writer_stats(const struct writer *writer)
{
	struct writer *w = (struct writer *)(uintptr_t)writer;

	return (struct writer_stats){
		.tasks = atomic_load(&w->tasks),
		.commits = atomic_load(&w->commits),
		.failures = atomic_load(&w->failures),
		.checkpoints = atomic_load(&w->checkpoints),
		.waiting = atomic_load(&w->waiting),
		.bytes = atomic_load(&w->bytes),
		.commit_us = &w->commit_us,
		.group = &w->group,
	};
}
