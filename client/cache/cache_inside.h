/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the files of the cache share. Inside client/cache only. Thread: store. */
#ifndef CHAT_CLIENT_CACHE_CACHE_INSIDE_H
#define CHAT_CLIENT_CACHE_CACHE_INSIDE_H

#include "client/cache/cache.h"
#include "client/cache/db.h"
#include "client/cache/vfs_seal.h"

struct cache {
	struct vfs_seal *vfs;
	struct db *db;
};

/** A transaction for a function of several statements, unless there is one already. */
struct scope {
	struct cache *cache;
	bool own;
};

enum err scope_begin(struct cache *cache, struct scope *ret) MUST_CHECK;
/** Commit if @err is ERR_OK, else roll back, where the transaction is our own. */
enum err scope_end(struct scope *scope, enum err err) MUST_CHECK;

/** The number behind an id. Errors: ERR_NO_ROOM. */
enum err room_key(struct cache *cache, const struct id *id, uint64_t *ret) MUST_CHECK;
/** Errors: ERR_NO_USER. */
enum err user_key(struct cache *cache, const struct id *id, uint64_t *ret) MUST_CHECK;
/** The same, but a user who was never heard of gets a row with nothing but the id; 0 for
 *  the zero id. */
enum err user_key_make(struct cache *cache, const struct id *id,
		       uint64_t *ret) MUST_CHECK;
/** A key that may be 0 for none. */
void query_put_key(struct query *query, uint64_t key);

/** The lowest key that an event of that time has. */
uint64_t cache_key_of_ms(uint64_t ms);
struct cache_page;
/** Take the columns EVENT_COLUMNS of a row. */
void cache_page_read_event(struct query *query, struct cache_page *page);

/** Grow the list whose pointer lies at @list, of @count elements of @size, by one; returns
 *  the new one, zeroed. */
void *list_add(void *list, size_t *count, size_t size);

#endif
