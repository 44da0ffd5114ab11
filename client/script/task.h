/* SPDX-License-Identifier: GPL-3.0-or-later */
/** One script command that runs: what all of them share. Inside client/script.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_TASK_H
#define CHAT_CLIENT_SCRIPT_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/app.h"
#include "client/net/denial.h"
#include "client/script/out.h"
#include "client/script/request.h"

struct task;

/** A kind of command. Any function but start may be NULL. None is called before start nor
 *  after the end. */
struct task_ops {
	size_t size; /**< of the struct that embeds the task */
	/** The rooms of the store are known. */
	void (*start)(struct task *task);
	/** Session or login changed; @fresh: or the server has told all its rooms. */
	void (*state)(struct task *task, bool fresh);
	void (*stored)(struct task *task, const struct id *room, uint64_t seq);
	void (*reset)(struct task *task, const struct id *room, uint64_t seq);
	void (*sent)(struct task *task, const struct id *cid, enum err err, uint64_t seq);
	void (*moved)(struct task *task, const struct id *cid,
		      const struct transferred *what);
	void (*delivered)(struct task *task, const struct id *room, const struct id *user,
			  uint64_t seq);
	void (*receipt)(struct task *task, const struct id *room, const struct id *user,
			uint64_t seq);
	/** out.written grew. */
	void (*written)(struct task *task);
	/** The time of task_wait() is over. */
	void (*late)(struct task *task);
	/** Free what is beside the task. */
	void (*done)(struct task *task);
};

/** Embedded first in the struct of each command. */
struct task {
	struct task *next; /**< of those that run */
	const struct task_ops *ops;
	struct app *app;
	struct request request;
	struct out out;
	struct app_timer timer;
	unsigned refs;
	bool started;
	bool begun; /**< it does what must not be done again */
	bool ended; /**< nothing is called any more; lines may still have to leave */
	int code;
	/** Of task_begin(); NULL: it may always. */
	bool (*begin)(struct task *task, void *ctx);
	/** Lines wait: to be sent on. */
	void (*push)(struct task *task, void *ctx);
	/** It has ended; the last lines wait. */
	void (*over)(struct task *task, void *ctx);
	void *ctx;
};

extern const struct task_ops task_call, task_flush, task_follow, task_history,
	task_logout, task_rooms, task_save, task_search, task_send, task_stream,
	task_whoami;

/** A command for @request (taken), with one reference. */
struct task *task_new(struct app *app, struct request *request) MUST_CHECK;
/** Answers that are on their way hold one. */
struct task *task_ref(struct task *task);
void task_unref(struct task **task);

/** ERR_OK while there is a session or one is tried for; else why there will be none. */
enum err task_session(const struct task *task);
/** Why the server is not reached: ERR_UNREACHABLE, or what makes another try useless. */
enum err task_away(const struct task *task);
/** Before anything is asked of the server that must not be asked twice. False: it is not to
 *  be asked here any more, and nothing else is to happen. */
bool task_begin(struct task *task) MUST_CHECK;
/** A line of the result. */
void task_line(struct task *task, struct bytes text);
/** Lines were put that should not wait for the end. */
void task_push(struct task *task);
/** A line for a person, to stderr. */
void task_note(struct task *task, const char *text);
/** How much of the file @name is through: a bar, where a terminal is there to see it. */
void task_progress(struct task *task, const char *name, uint64_t at, uint64_t size);
/** The words of @err as a note: it goes on all the same. */
void task_warn(struct task *task, enum err err);
/** ops->late is called in @ms. */
void task_wait(struct task *task, uint64_t ms);
/** It is through: ERR_OK ends with 0; else the error is said in words (and as JSON) and
 *  gives the exit code. The task must not be used afterwards without a reference. */
void task_end(struct task *task, enum err err);
/** The same with all that the server says about its denial. */
void task_refused(struct task *task, const struct denial *denial);
/** Nobody wants it any more. */
void task_drop(struct task *task);

#endif
