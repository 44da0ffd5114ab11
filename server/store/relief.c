/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A checkpoint copies pages into the main file, waits until the disk has them, and lets the
 * log begin anew. The wait is what senders feel: hundreds of pages at random places. SQLite
 * waits only when the checkpoint reaches the end of the log. So a reader is put at its
 * present end, and as soon as one group more is committed, the checkpoint stops there: it
 * copies and does not wait. A thread syncs the file meanwhile; then a second checkpoint
 * finds little left to copy and little to wait for.
 *
 * Nothing rests on what the thread does: SQLite syncs the file itself before the log begins
 * anew. But a sync that failed, there or here, is told once and never made up for, so from
 * then on the log is kept as it is, and health says so. And there is still one connection
 * alone that checkpoints (see driver_sqlite.c); the one here only reads.
 */
#include "server/store/relief.h"

#include <signal.h>

#include "common/base/log.h"
#include "server/store/driver.h"

static void *relief_main(void *arg)
{
	struct relief *relief = arg;
	bool more;

	while (mailbox_wait(&relief->orders)) {
		enum err err = relief->reader.driver->upkeep(relief->reader.db,
							     UPKEEP_SYNC, NULL, &more);
		if (err != ERR_OK)
			atomic_store(&relief->failed, true);
		atomic_store(&relief->synced, true);
	}
	return NULL;
}

enum err relief_init(struct relief *relief, const struct store_config *config)
{
	sigset_t all, before;

	*relief = (struct relief){0};
	mailbox_init(&relief->orders, 0, NULL, NULL);
	enum err err = store_open(&relief->reader, config);
	if (err)
		return err;
	/* Signals belong to the thread with the loop. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	relief->started = !pthread_create(&relief->thread, NULL, relief_main, relief);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return relief->started ? ERR_OK : ERR_INTERNAL;
}

static void give_up(struct relief *relief, struct store *writer)
{
	bool more;

	if (relief->stage == RELIEF_PINNED)
		store_rollback(&relief->reader);
	relief->stage = RELIEF_OVER;
	atomic_store(&relief->failed, true);
	(void)!writer->driver->upkeep(writer->db, UPKEEP_KEEP, NULL, &more);
	log_error("store: the disk did not take what was moved out of the log; the log "
		  "is kept until the next start");
}

/* Whether nothing may be moved any more. */
static bool is_over(struct relief *relief, struct store *writer)
{
	if (relief->stage != RELIEF_OVER && atomic_load(&relief->failed))
		give_up(relief, writer);
	return relief->stage == RELIEF_OVER;
}

void relief_done(struct relief *relief, struct store *writer)
{
	mailbox_close(&relief->orders);
	if (relief->started)
		pthread_join(relief->thread, NULL);
	(void)is_over(relief, writer);
	if (relief->stage == RELIEF_PINNED)
		store_rollback(&relief->reader);
	store_close(&relief->reader);
	mailbox_done(&relief->orders);
}

static bool checkpoint(struct relief *relief, struct store *writer)
{
	bool more;
	enum err err = writer->driver->upkeep(writer->db, UPKEEP_CHECKPOINT, NULL, &more);

	if (err == ERR_IO)
		give_up(relief, writer);
	return err == ERR_OK;
}

/* From its first read on a reader holds one state of the database. */
static bool pin(struct relief *relief)
{
	const struct driver *driver = relief->reader.driver;
	uint64_t version;

	if (store_begin(&relief->reader) != ERR_OK)
		return false;
	if (driver->version(relief->reader.db, &version) == ERR_OK)
		return true;
	store_rollback(&relief->reader);
	return false;
}

static void sync_behind(struct relief *relief)
{
	atomic_store(&relief->synced, false);
	relief->stage = mailbox_put(&relief->orders, &relief->order) ? RELIEF_SYNCING
								     : RELIEF_REST;
}

bool relief_go_on(struct relief *relief, struct store *writer)
{
	bool is_long = false;

	if (is_over(relief, writer))
		return false;
	switch (relief->stage) {
	case RELIEF_REST:
		(void)!writer->driver->upkeep(writer->db, UPKEEP_LOOK, NULL, &is_long);
		if (is_long && pin(relief))
			relief->stage = RELIEF_PINNED;
		return false;
	case RELIEF_PINNED:
		(void)checkpoint(relief, writer);
		if (relief->stage == RELIEF_OVER)
			return false;
		store_rollback(&relief->reader);
		sync_behind(relief);
		return false;
	case RELIEF_SYNCING:
		if (!atomic_load(&relief->synced))
			return false;
		relief->stage = RELIEF_REST;
		return checkpoint(relief, writer);
	case RELIEF_OVER: return false;
	}
	return false;
}

bool relief_finish(struct relief *relief, struct store *writer)
{
	if (is_over(relief, writer))
		return false;
	if (relief->stage == RELIEF_PINNED)
		store_rollback(&relief->reader);
	if (relief->stage == RELIEF_PINNED || atomic_load(&relief->synced))
		relief->stage = RELIEF_REST;
	return checkpoint(relief, writer);
}
