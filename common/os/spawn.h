/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Starting another program: no shell, nothing of ours that it was not given. Its signals are
 *  as a shell would leave them, and only the three standard descriptors stay open.
 *  Thread: any; does not wait for it. */
#ifndef CHAT_OS_SPAWN_H
#define CHAT_OS_SPAWN_H

#include <sys/types.h>

#include "common/base/attr.h"
#include "common/base/err.h"

/** In the place of a descriptor. */
enum {
	SPAWN_NULL = -1, /**< /dev/null */
	SPAWN_OURS = -2, /**< the one that we have */
};

enum spawn_group {
	SPAWN_SAME,    /**< ours: what is typed on the terminal ends it, too */
	SPAWN_GROUP,   /**< a process group of its own */
	SPAWN_SESSION, /**< a session of its own, without our terminal */
};

struct spawn {
	char *const *argv; /**< ended by NULL; the first is looked for in $PATH where it
			    *   has no slash */
	char *const *env;  /**< ended by NULL; NULL: ours */
	int fds[3];        /**< what its input, output and errors are; borrowed */
	enum spawn_group group;
};

/** *ret_pid is to be waited for. Errors: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_IO; errno is kept. */
enum err spawn_start(const struct spawn *spawn, pid_t *ret_pid) MUST_CHECK;

#endif
