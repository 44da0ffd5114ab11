/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Until when this profile has heard its server, kept over restarts: whoever answers from
 *  the store alone can say as of when. Thread: ui. */
#ifndef CHAT_CLIENT_FRESH_H
#define CHAT_CLIENT_FRESH_H

#include "client/app.h"
#include "client/cache/cache.h"

/** The link is online, or was until now: keep this moment as app->fresh_ms, on disk too. */
void fresh_keep(struct app *app);
/** What was kept, UTC in ms; 0: nothing. Thread: store. Errors: those of
 *  cache_setting_get(), but ERR_NOT_FOUND. */
enum err fresh_load(struct cache *cache, uint64_t *ret_ms) MUST_CHECK;

#endif
