/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chains of tasks. A step runs on a thread of the store and leaves what it found in the
 * chore; its done() decides on the loop what comes next. A step that finds the queue full
 * waits for the next tick: chores give way to people.
 */
#include "server/chores.h"

#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "server/core/reseal.h"
#include "server/core/upload.h"
#include "server/server.h"
#include "server/store/store.h"
#include "server/store/store_cut.h"
#include "server/store/store_search.h"
#include "server/store/writer.h"

#define ROOMS_STEP 32      /* rooms looked for at once */
#define CUT_STEP   200     /* events of one transaction: a few milliseconds */
#define EVERY_MS   3600000 /* retention: to the hour is good enough for days */
#define FIRST_MS   60000   /* after the start, when those who were away are back */
#define INDEX_STEP 32      /* messages of one transaction: half a millisecond */
#define SEAL_STEP  32      /* values of one transaction: a millisecond */
#define INDEX_BUSY 2000    /* tasks of the writer a second: more than the index follows */
#define INDEX_CALM 200     /* few enough to catch up as fast as it goes */
#define TIDY_MS    86400000 /* deleted words stay in the index for a day at most */
#define SLACK      20       /* one page of so many stays free for what comes next */

struct chore {
	struct task task;
	struct chores *chores;
	enum chore_kind kind;
	struct chore_report report; /* the loop's, which anybody may ask for */
	struct chore_report found;  /* the step's, while it runs */
	bool waiting;               /* for a place in the queue */
	bool all;                   /* vacuum: down to the last free page */
	bool more;                  /* of the last step */
	chore_over_fn *over;
	void *ctx;
	struct str path;                  /* backup: the copy; files: the folder */
	struct cut_row rooms[ROOMS_STEP]; /* retention: found, being cut */
	size_t count, at;
	int64_t after;
	struct reseal reseal;
	uint64_t before;   /* index: tasks of the writer when its step was submitted */
	unsigned steps;    /* index: since the last tick */
	unsigned most;     /* index: of them */
	uint64_t usual_ms; /* the server's retention, as it was when it began */
	uint64_t cut;      /* by the last step */
	bool cutting; /* retention: rooms were found; files: they are gone, bytes go */
};

struct chores {
	struct server *server;
	uint64_t next_ms; /* retention by itself */
	uint64_t indexed; /* tasks of the writer whose messages the index has */
	uint32_t sealed;  /* number of the key for which old values were looked for */
	uint64_t tasks;   /* of the writer at the last tick */
	struct chore list[CHORE_COUNT];
};

static const char *const kinds[CHORE_COUNT] = {"backup", "retention", "vacuum",
					       "files",  "index",     "seal"};
static const char *const states[] = {"never", "running", "done", "failed"};

const char *chore_word(enum chore_kind kind)
{
	return kinds[kind];
}

const char *chore_state_word(enum chore_state state)
{
	return states[state];
}

bool chore_of_word(struct bytes word, enum chore_kind *ret_kind)
{
	for (unsigned i = 0; i < CHORE_COUNT; i++) {
		if (bytes_equal(word, bytes_text(kinds[i]))) {
			*ret_kind = (enum chore_kind)i;
			return true;
		}
	}
	return false;
}

/* ---- the steps, on the store's threads ---- */

static void measure(struct chore *chore, struct store *store, struct driver_size *size)
{
	if (store->driver->size(store->db, size) == ERR_OK)
		chore->found.bytes = size->pages * size->page_bytes;
}

static enum err copy_step(struct task *task, struct store *store)
{
	struct chore *chore = CONTAINER_OF(task, struct chore, task);
	struct driver_size size = {0};
	enum err err = store->driver->upkeep(store->db, UPKEEP_BACKUP, chore->path.ptr,
					     &chore->more);

	measure(chore, store, &size);
	chore->found.total = size.pages;
	chore->found.done = size.pages - (chore->more ? size.left_pages : 0);
	return err;
}

static enum err trim_step(struct task *task, struct store *store)
{
	struct chore *chore = CONTAINER_OF(task, struct chore, task);
	struct driver_size before = {0}, size = {0};
	enum err err = store->driver->size(store->db, &before);

	chore->more = false;
	chore->found.bytes = before.pages * before.page_bytes;
	if (err != ERR_OK || before.free_pages <= (chore->all ? 0 : before.pages / SLACK))
		return err;
	err = store->driver->upkeep(store->db, UPKEEP_TRIM, NULL, &chore->more);
	measure(chore, store, &size);
	chore->found.done += before.pages - size.pages;
	chore->found.total = chore->found.done + size.free_pages;
	return err;
}

static enum err find_step(struct task *task, struct store *store)
{
	struct chore *chore = CONTAINER_OF(task, struct chore, task);
	enum err err =
		store_cut_due(store, store_now(store), chore->usual_ms, chore->after,
			      ROOMS_STEP, chore->rooms, &chore->count);

	chore->at = 0;
	for (size_t i = 0; i < chore->count && chore->found.dry && err == ERR_OK; i++) {
		uint64_t count = 0;
		err = store_cut_size(store, &chore->rooms[i], &count);
		chore->found.events += count;
	}
	return err;
}

static enum err cut_step(struct task *task, struct store *store)
{
	struct chore *chore = CONTAINER_OF(task, struct chore, task);
	size_t count = 0;
	enum err err = store_cut(store, &chore->rooms[chore->at], store_now(store),
				 CUT_STEP, &count);

	chore->cut = count;
	return err;
}

static enum err files_step(struct task *task, struct store *store)
{
	struct chore *chore = CONTAINER_OF(task, struct chore, task);
	size_t count = 0;
	enum err err = upload_collect(store, chore->path.ptr, &count);

	chore->found.files += count;
	chore->more = count > 0;
	return err;
}

static enum err blobs_step(struct task *task, struct store *store)
{
	struct chore *chore = CONTAINER_OF(task, struct chore, task);
	size_t count = 0;
	enum err err = upload_collect_blobs(store, chore->path.ptr, &count);

	chore->more = count > 0;
	return err;
}

static enum err index_step(struct task *task, struct store *store)
{
	struct chore *chore = CONTAINER_OF(task, struct chore, task);
	enum err err = store_search_index(store, INDEX_STEP, &chore->more);

	return err || chore->more ? err : store_search_tidy(store, TIDY_MS, &chore->more);
}

static enum err seal_step(struct task *task, struct store *store)
{
	struct chore *chore = CONTAINER_OF(task, struct chore, task);
	enum err err = reseal_step(store, &chore->chores->server->keys, SEAL_STEP,
				   &chore->reseal);

	chore->found.done = chore->reseal.renewed;
	chore->found.total = chore->reseal.seen;
	chore->found.failed = chore->reseal.unreadable;
	chore->more = chore->reseal.kind < SEALED_COUNT;
	return err;
}

/* ---- the chain, on the loop ---- */

static void step(struct chore *chore);

static void end(struct chore *chore, enum err err)
{
	struct chore_report *report = &chore->report;
	chore_over_fn *over = chore->over;

	report->state = err == ERR_OK ? CHORE_DONE : CHORE_FAILED;
	report->err = err;
	report->ended_ms = clock_now_ms(&chore->chores->server->clock);
	if (err != ERR_OK)
		log_error("chores: %s failed, error=%s", kinds[chore->kind],
			  err_word(err));
	else if (chore->kind == CHORE_FILES && report->files > 0)
		log_info("chores: files are collected, count=%llu",
			 (unsigned long long)report->files);
	else if (chore->kind != CHORE_INDEX && chore->kind != CHORE_FILES &&
		 (chore->kind != CHORE_RETENTION || (report->events > 0 && !report->dry)))
		log_info("chores: %s is done, took_ms=%llu, rooms=%llu, events=%llu, "
			 "done=%llu",
			 kinds[chore->kind],
			 (unsigned long long)(report->ended_ms - report->begun_ms),
			 (unsigned long long)report->rooms,
			 (unsigned long long)report->events,
			 (unsigned long long)report->done);
	if (report->failed > 0)
		log_error("chores: sealed values that no key opens, count=%llu",
			  (unsigned long long)report->failed);
	if (chore->kind == CHORE_INDEX && err == ERR_OK && !chore->more)
		chore->chores->indexed = chore->before + 1;
	chore->over = NULL;
	if (over)
		over(chore->ctx);
}

static void begin(struct chore *chore, bool dry)
{
	const struct server *server = chore->chores->server;

	chore->report = (struct chore_report){
		.state = CHORE_RUNNING,
		.dry = dry,
		.begun_ms = clock_now_ms(&server->clock),
	};
	chore->cutting = false;
	chore->after = 0;
	chore->reseal = (struct reseal){0};
	if (chore->kind == CHORE_SEAL)
		chore->chores->sealed = keys_seal_newest(&server->keys);
	chore->usual_ms = server->config.retention_ms;
	step(chore);
}

static void vacuum_after(struct chores *chores)
{
	struct chore *vacuum = &chores->list[CHORE_VACUUM];

	if (vacuum->report.state != CHORE_RUNNING) {
		vacuum->all = false;
		begin(vacuum, false);
	}
}

/* What retention does next: look for rooms, cut the next slice, or be done. */
static void on_retention(struct chore *chore)
{
	struct chore_report *report = &chore->report;

	if (chore->cutting) {
		report->events += chore->cut;
		chore->at += chore->cut < CUT_STEP;
	} else {
		report->rooms += chore->count;
		if (chore->count > 0)
			chore->after = chore->rooms[chore->count - 1].room;
	}
	if (!chore->cutting && chore->count == 0) {
		end(chore, ERR_OK);
		if (report->events > 0 && !report->dry)
			vacuum_after(chore->chores);
		return;
	}
	chore->cutting = !report->dry && chore->at < chore->count;
	step(chore);
}

/* First the files, then what they leave. */
static void on_files(struct chore *chore)
{
	if (!chore->more && chore->cutting) {
		end(chore, ERR_OK);
		return;
	}
	chore->cutting = chore->cutting || !chore->more;
	step(chore);
}

static void on_step(struct task *task, enum err err)
{
	struct chore *chore = CONTAINER_OF(task, struct chore, task);

	chore->report = chore->found;
	if (err != ERR_OK)
		end(chore, err);
	else if (chore->kind == CHORE_RETENTION)
		on_retention(chore);
	else if (chore->kind == CHORE_FILES)
		on_files(chore);
	else if (chore->more &&
		 (chore->kind != CHORE_INDEX || ++chore->steps < chore->most))
		step(chore);
	else
		end(chore, ERR_OK);
}

static void step(struct chore *chore)
{
	static task_run_fn *const alone[CHORE_COUNT] = {
		[CHORE_BACKUP] = copy_step,
		[CHORE_VACUUM] = trim_step,
	};
	static task_run_fn *const beside[CHORE_COUNT] = {
		[CHORE_INDEX] = index_step,
		[CHORE_SEAL] = seal_step,
	};
	struct writer *writer = chore->chores->server->writer;
	bool reads = chore->kind == CHORE_RETENTION && !chore->cutting;
	task_run_fn *run = alone[chore->kind] ? alone[chore->kind] : beside[chore->kind];
	bool blobs = chore->kind == CHORE_FILES && chore->cutting;

	if (chore->kind == CHORE_FILES)
		run = blobs ? blobs_step : files_step;
	if (!run)
		run = reads ? find_step : cut_step;
	chore->before = writer_stats(writer).tasks;
	chore->found = chore->report;
	chore->task = (struct task){.run = run,
				    .done = on_step,
				    .size = sizeof(*chore),
				    .alone = alone[chore->kind] != NULL || blobs};
	enum err err = reads ? reader_submit(writer, &chore->task)
			     : writer_submit(writer, &chore->task);
	chore->waiting = err != ERR_OK;
}

enum err chores_start(struct chores *chores, enum chore_kind kind, bool dry,
		      chore_over_fn *over, void *ctx)
{
	struct chore *chore = &chores->list[kind];

	if (chore->report.state == CHORE_RUNNING)
		return ERR_BUSY;
	/* what an earlier one left, which nobody has taken away */
	if (kind == CHORE_BACKUP)
		unlink(chore->path.ptr);
	chore->over = over;
	chore->ctx = ctx;
	chore->all = true;
	begin(chore, dry);
	return ERR_OK;
}

const struct chore_report *chores_report(const struct chores *chores,
					 enum chore_kind kind)
{
	return &chores->list[kind].report;
}

/* The index gives way to people: how many steps it may take in the next second, after one
 * with so many tasks of others. */
static unsigned index_steps(uint64_t others)
{
	if (others > INDEX_BUSY)
		return 4;
	return others > INDEX_CALM ? 64 : 512;
}

/* Whether anything was written since the index was last looked at. */
static void index_tick(struct chores *chores)
{
	struct chore *index = &chores->list[CHORE_INDEX];
	uint64_t tasks = writer_stats(chores->server->writer).tasks;
	uint64_t since = tasks - chores->tasks;

	index->most = index_steps(since > index->steps ? since - index->steps : 0);
	chores->tasks = tasks;
	index->steps = 0;
	if (index->report.state != CHORE_RUNNING && tasks != chores->indexed &&
	    chores_start(chores, CHORE_INDEX, false, NULL, NULL) != ERR_OK)
		log_warn("chores: the index cannot be brought up to date");
}

/* A rotation that a crash has cut short goes on, and one that was done costs a look. */
static void seal_tick(struct chores *chores)
{
	const struct chore *seal = &chores->list[CHORE_SEAL];

	if (keys_seal_newest(&chores->server->keys) != chores->sealed &&
	    seal->report.state != CHORE_RUNNING &&
	    chores_start(chores, CHORE_SEAL, false, NULL, NULL) != ERR_OK)
		log_warn("chores: sealed values are not looked at");
}

void chores_tick(struct chores *chores)
{
	uint64_t now = clock_mono_ms(&chores->server->clock);

	for (unsigned i = 0; i < CHORE_COUNT; i++) {
		if (chores->list[i].waiting)
			step(&chores->list[i]);
	}
	index_tick(chores);
	seal_tick(chores);
	if (now < chores->next_ms)
		return;
	chores->next_ms = now + EVERY_MS;
	if (chores_start(chores, CHORE_RETENTION, false, NULL, NULL) != ERR_OK)
		log_warn("chores: retention takes longer than an hour");
	if (chores_start(chores, CHORE_FILES, false, NULL, NULL) != ERR_OK)
		log_warn("chores: collecting files takes longer than an hour");
}

struct chores *chores_new(struct server *server)
{
	struct chores *chores = mem_new(struct chores);

	chores->server = server;
	chores->next_ms = clock_mono_ms(&server->clock) + FIRST_MS;
	for (unsigned i = 0; i < CHORE_COUNT; i++) {
		chores->list[i].chores = chores;
		chores->list[i].kind = (enum chore_kind)i;
		chores->list[i].path = STR_INIT;
	}
	str_addf(&chores->list[CHORE_BACKUP].path, "%s/backup.part",
		 server->config.data_dir);
	str_addf(&chores->list[CHORE_FILES].path, "%s/files", server->config.data_dir);
	return chores;
}

void chores_free(struct chores **chores)
{
	if (!*chores)
		return;
	for (unsigned i = 0; i < CHORE_COUNT; i++)
		str_done(&(*chores)->list[i].path);
	mem_free(*chores);
	*chores = NULL;
}
