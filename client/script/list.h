/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Commands that read the store once it is as new as it will soon be: --rooms, --whoami,
 *  --history. Inside client/script. Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_LIST_H
#define CHAT_CLIENT_SCRIPT_LIST_H

#include "client/cache/cache_event.h"
#include "client/cache/cache_room.h"
#include "client/cache/cache_session.h"
#include "client/cache/store_thread.h"
#include "client/script/task.h"

/** Embedded first in a command of this kind. */
struct list {
	struct task task; /**< first */
	void (*ask)(struct task *task);
	uint64_t deadline_ms;
	bool fresh; /**< the server has told of its rooms */
	bool asked; /**< the store */
};

/** What was read for a task, which is held meanwhile. */
struct list_read {
	struct store_job job; /**< first */
	struct task *task;
	struct cache_rooms rooms;
	struct cache_session session;
	struct cache_page page;
};

struct list *list_of(struct task *task);

/** Three of the task_ops. @ask is called once, when the store is to be asked. */
void list_start(struct task *task, void (*ask)(struct task *task));
void list_state(struct task *task, bool fresh);
void list_late(struct task *task);

/** Let the store run @run with a new list_read; @done ends that with list_read_free(). */
void list_submit(struct task *task, enum err (*run)(struct store_job *, struct cache *),
		 void (*done)(struct store_job *, enum err));
void list_read_free(struct list_read *read);

#endif
