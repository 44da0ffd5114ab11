/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Moves a long log into the main file while others go on writing: the pages in one go, the
 *  wait for the disk on a thread of its own. Thread: the writer's, but new and free. */
#ifndef CHAT_STORE_RELIEF_H
#define CHAT_STORE_RELIEF_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/base/mailbox.h"
#include "server/store/store.h"

enum relief_stage {
	RELIEF_REST,
	RELIEF_PINNED,  /**< a reader holds the end of what is to be moved */
	RELIEF_SYNCING, /**< that is moved, and the thread waits for the disk */
	RELIEF_OVER,    /**< the disk failed at that: nothing is moved any more */
};

struct relief {
	struct store reader; /**< the thread's while it syncs, else the writer's */
	pthread_t thread;
	bool started;
	enum relief_stage stage;
	struct mailbox orders;
	struct mail order;
	atomic_bool synced;
	atomic_bool failed; /**< a sync did, for good */
};

/** @config: of a connection that reads. Errors: as store_open(); ERR_INTERNAL when there is
 *  no thread. relief_done() is right after both, and for one that is all zero. */
enum err relief_init(struct relief *relief, const struct store_config *config) MUST_CHECK;
/** What was not moved is moved when @writer is closed, if it may be. */
void relief_done(struct relief *relief, struct store *writer);

/** After each group that @writer committed: begin when the log has become long, or go on.
 *  Whether the log was moved to its end. */
bool relief_go_on(struct relief *relief, struct store *writer);
/** Nobody writes: move all of the log now. Whether that worked. */
bool relief_finish(struct relief *relief, struct store *writer);

#endif
