/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Positions of followers. The epoch is kept beside the seq: after a reset of the room's
 * log a position of the old one says nothing, and the follower hears of a gap.
 */
#include "client/cache/cache_follow.h"

#include "client/cache/cache_inside.h"

enum err cache_follow_get(struct cache *cache, const char *consumer,
			  const struct id *room, uint64_t *ret_epoch, uint64_t *ret_seq)
{
	uint64_t key;

	enum err err = room_key(cache, room, &key);
	if (err != ERR_OK)
		return err == ERR_NO_ROOM ? ERR_NOT_FOUND : err;
	struct query query = query_of(cache->db, STMT_FOLLOW_GET);
	query_put_text(&query, bytes_text(consumer));
	query_put_int(&query, key);
	bool found = query_next(&query);
	uint64_t epoch = found ? query_int(&query) : 0,
		 seq = found ? query_int(&query) : 0;
	err = query_done(&query);
	if (err != ERR_OK || !found)
		return err != ERR_OK ? err : ERR_NOT_FOUND;
	*ret_epoch = epoch;
	*ret_seq = seq;
	return ERR_OK;
}

enum err cache_follow_put(struct cache *cache, const char *consumer,
			  const struct id *room, uint64_t epoch, uint64_t seq)
{
	uint64_t key;

	enum err err = room_key(cache, room, &key);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_FOLLOW_PUT);
	query_put_text(&query, bytes_text(consumer));
	query_put_int(&query, key);
	query_put_int(&query, epoch);
	query_put_int(&query, seq);
	return query_run(&query);
}

enum err cache_follow_remove(struct cache *cache, const char *consumer)
{
	struct query query = query_of(cache->db, STMT_FOLLOW_REMOVE);

	query_put_text(&query, bytes_text(consumer));
	return query_run(&query);
}
