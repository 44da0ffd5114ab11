/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The kernel's keyring of this user: what opened a store once is remembered for a while,
 *  so that a cron job finds it. It never holds the only copy of anything: the kernel
 *  forgets it with the time given, and with the machine. Thread: any. */
#ifndef CHAT_CLIENT_UNLOCK_KEYRING_H
#define CHAT_CLIENT_UNLOCK_KEYRING_H

#include "common/crypto/secret.h"

/** Remember @secret under @name for @ms. Errors: ERR_STATE where there is no keyring. */
enum err keyring_put(const char *name, const struct secret *secret,
		     uint64_t ms) MUST_CHECK;
/** Errors: ERR_NOT_FOUND. */
enum err keyring_get(const char *name, struct secret *ret) MUST_CHECK;
/** Forget it, if it is there. */
void keyring_drop(const char *name);

#endif
