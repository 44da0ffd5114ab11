/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The client's own store: what was ever seen, what waits to be sent, who is signed in.
 *  One SQLite file in one folder, every page of it encrypted (vfs_seal.h); one profile is
 *  one server and one account. The typed functions stand by noun in cache_{draft,event,
 *  follow,outbox,room,session,user}.h; nobody outside of this folder sees SQL.
 *
 *  All functions are synchronous; programs call them in jobs of a store thread
 *  (store_thread.h), which gathers jobs in one transaction. Text comes and goes as
 *  `struct bytes`: borrowed on the way in; on the way out it lives as long as the result
 *  that holds it (rows.h).
 *
 *  Errors of every function: ERR_CORRUPT for a page that does not open, ERR_STORE for a
 *  disk that is full or fails. Thread: store. */
#ifndef CHAT_CLIENT_CACHE_CACHE_H
#define CHAT_CLIENT_CACHE_CACHE_H

#include <stdint.h>

#include "client/cache/key.h"
#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/str.h"

struct cache;

/** Open the store in the folder @dir (made 0700 when missing), making and migrating it as
 *  needed. The caller holds the owner lock. @key is used during the call only.
 *  Errors: ERR_WRONG_KEY, ERR_CORRUPT, ERR_NEWER, ERR_LOCKED (open in another process),
 *  ERR_STORE. Owns: the caller, ended with cache_free(). */
enum err cache_open(const char *dir, const struct key_source *key,
		    struct cache **ret_cache) MUST_CHECK;
/** Fold the log into the file and close. What was not committed is gone. */
void cache_free(struct cache **cache);

/** One transaction around many calls. Without it each call is one of its own. */
enum err cache_begin(struct cache *cache) MUST_CHECK;
/** Durable when it returns ERR_OK; otherwise everything since cache_begin() is undone. */
enum err cache_commit(struct cache *cache) MUST_CHECK;
void cache_rollback(struct cache *cache);

/** A part of a transaction that can be undone alone. */
enum err cache_part_begin(struct cache *cache) MUST_CHECK;
/** Keep the part if @err is ERR_OK, undo it otherwise; returns the first error. */
enum err cache_part_end(struct cache *cache, enum err err) MUST_CHECK;

/** Small values by name: window sizes, toggles, markers of the programs.
 *  Errors: ERR_NOT_FOUND (get). @ret is replaced on success. */
enum err cache_setting_get(struct cache *cache, const char *name,
			   struct str *ret) MUST_CHECK;
/** NULL removes it. */
enum err cache_setting_put(struct cache *cache, const char *name,
			   const char *value) MUST_CHECK;

#endif
