/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Housekeeping: what is over is forgotten, a slice at a time, so that no message waits for
 *  it. Thread: the store's (the writer). */
#ifndef CHAT_CORE_EXPIRY_H
#define CHAT_CORE_EXPIRY_H

#include "server/store/store.h"

/** Forget one slice of each: challenges, refresh tokens, kept answers, names that were
 *  never verified. Once a minute is enough. */
enum err expiry_run(struct store *store) MUST_CHECK;

#endif
