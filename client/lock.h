/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Questions about the key of the store while the program runs: on a thread of their own,
 *  since a stretched passphrase takes a moment and a finger takes longer.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_LOCK_H
#define CHAT_CLIENT_LOCK_H

#include "client/app.h"
#include "client/unlock/unlock.h"

/** Called once, on the ui thread; with ERR_BUSY before the call returns. */
typedef void lock_fn(struct app *app, enum err err, void *ctx);

/** Whether @secret, or the person before the machine, may unlock the screen: unlock_try().
 *  One question at a time; ERR_BUSY meanwhile. */
void lock_try(struct app *app, const char *secret, lock_fn *fn, void *ctx);
/** unlock_set(); what PAM asks is answered with @secret, too. */
void lock_set(struct app *app, enum unlock_method method, bool presence,
	      const char *secret, lock_fn *fn, void *ctx);
/** Before app_done(): waits for a question that is under way, and tells nobody. */
void lock_end(struct app *app);

#endif
