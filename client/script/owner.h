/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who owns a profile: one process at a time holds its store, by an flock on `lock` in the
 *  profile's folder; the others reach it over `owner.sock` beside it and hand their work
 *  over. The lock alone decides; the socket is only a way to the one who has it.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_OWNER_H
#define CHAT_CLIENT_SCRIPT_OWNER_H

#include <sys/types.h>

#include "common/base/err.h"

#define OWNER_WAIT_MS 10000 /**< how long others wait for an owner that does not answer */

struct owner;

/** Become the owner of the folder @dir (made 0700 when missing) and listen.
 *  Errors: ERR_LOCKED when another process is it; those of file_lock(). */
enum err owner_take(const char *dir, struct owner **ret_owner) MUST_CHECK;
/** Stop listening, then leave the lock: in this order, so that the next owner's socket is
 *  never removed. NULL is fine. */
void owner_free(struct owner **owner);
/** Readable when somebody wants in. */
int owner_fd(const struct owner *owner);
/** The next connection (non-blocking), -1 when there is none. Those of other users are
 *  dropped. */
int owner_accept(struct owner *owner);

/** A connection to the owner of @dir, non-blocking.
 *  Errors: ERR_CLOSED when nobody listens (the owner begins, ends or hangs: try again),
 *  ERR_FORBIDDEN when the one who listens is another user. */
enum err owner_reach(const char *dir, int *ret_fd) MUST_CHECK;
/** The process at the other end of @fd; 0 when that is not known. */
pid_t owner_pid(int fd);

#endif
