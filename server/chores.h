/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Upkeep while the server runs: a copy for a backup, retention, giving space back. Each is
 *  a chain of small tasks of the store's threads, the next one submitted when the one
 *  before has come back, so that what people send comes in between. One of each kind at a
 *  time; how far it is can be asked. Thread: loop. */
#ifndef CHAT_SERVER_CHORES_H
#define CHAT_SERVER_CHORES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/err.h"

struct server;
struct chores;

enum chore_kind {
	CHORE_BACKUP,    /**< copy chat.db to backup.part beside it */
	CHORE_RETENTION, /**< cut what is older than rooms keep it */
	CHORE_VACUUM,    /**< give free pages back to the system */
	CHORE_FILES,     /**< collect files that no message names */
	CHORE_INDEX,     /**< put new messages into the search index, tidy it up */
	CHORE_SEAL,      /**< seal anew what older keys have sealed */
	CHORE_COUNT
};

enum chore_state { CHORE_NEVER, CHORE_RUNNING, CHORE_DONE, CHORE_FAILED };

struct chore_report {
	enum chore_state state;
	enum err err; /**< why it failed */
	bool dry;
	uint64_t begun_ms, ended_ms;
	uint64_t done, total;   /**< pages copied, pages freed, values sealed anew */
	uint64_t failed;        /**< sealed values that no key opens */
	uint64_t files;         /**< collected */
	uint64_t rooms, events; /**< that were, or would be, cut */
	uint64_t bytes;         /**< of the database file, as of the last step */
};

/** The word for a kind or a state; NULL-safe search for the kind of a word. */
const char *chore_word(enum chore_kind kind);
const char *chore_state_word(enum chore_state state);
bool chore_of_word(struct bytes word, enum chore_kind *ret_kind);

/** Called when a chore has ended, on the loop. */
typedef void chore_over_fn(void *ctx);

struct chores *chores_new(struct server *server) MUST_CHECK;
/** After the store's threads have ended. */
void chores_free(struct chores **chores);
/** Start one. @dry (retention): count only. @over (may be NULL) is called once at its end.
 *  Errors: ERR_BUSY when it runs already. */
enum err chores_start(struct chores *chores, enum chore_kind kind, bool dry,
		      chore_over_fn *over, void *ctx) MUST_CHECK;
/** Borrowed; changes as the chore goes on. */
const struct chore_report *chores_report(const struct chores *chores,
					 enum chore_kind kind);
/** About once a second: retention begins by itself once an hour, and what found the
 *  store's queue full goes on. */
void chores_tick(struct chores *chores);

#endif
