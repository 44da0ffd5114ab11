/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * People and members. Whoever is mentioned by an id gets a row, so that events can refer
 * to people whose names come later.
 */
#include "client/cache/cache_user.h"

#include "client/cache/cache_inside.h"
#include "common/base/mem.h"

void cache_users_done(struct cache_users *users)
{
	mem_free(users->users);
	rows_done(&users->rows);
	*users = CACHE_USERS_INIT;
}

enum err user_key(struct cache *cache, const struct id *id, uint64_t *ret)
{
	struct query query = query_of(cache->db, STMT_USER_KEY);

	query_put_id(&query, id);
	return query_one_int(&query, ERR_NO_USER, ret);
}

enum err user_key_make(struct cache *cache, const struct id *id, uint64_t *ret)
{
	if (id_is_zero(id)) {
		*ret = 0;
		return ERR_OK;
	}
	enum err err = user_key(cache, id, ret);
	if (err != ERR_NO_USER)
		return err;
	struct query query = query_of(cache->db, STMT_USER_ADD);
	query_put_id(&query, id);
	return query_one_int(&query, ERR_INTERNAL, ret);
}

enum err cache_user_put(struct cache *cache, const struct cache_user *user)
{
	struct query query = query_of(cache->db, STMT_USER_PUT);

	query_put_id(&query, &user->id);
	query_put_text(&query, user->name);
	query_put_text(&query, user->display_name);
	query_put_text(&query, user->about);
	query_put_text(&query, user->status);
	query_put_int(&query, user->admin);
	query_put_int(&query, user->bot);
	query_put_int(&query, user->seen_ms);
	return query_run(&query);
}

static struct cache_user *read_user(struct query *query, struct cache_users *users)
{
	struct cache_user *user = list_add(&users->users, &users->count, sizeof(*user));

	user->id = query_id(query);
	user->name = query_bytes(query, &users->rows);
	user->display_name = query_bytes(query, &users->rows);
	user->about = query_bytes(query, &users->rows);
	user->status = query_bytes(query, &users->rows);
	user->admin = query_int(query);
	user->bot = query_int(query);
	user->blocked = query_int(query);
	user->seen_ms = query_int(query);
	return user;
}

/* All rows of a query; @none when there is none. */
static enum err read_users(struct query *query, enum err none,
			   struct cache_users *ret_users)
{
	struct cache_users users = CACHE_USERS_INIT;

	while (query_next(query))
		read_user(query, &users);
	enum err err = query_done(query);
	if (err == ERR_OK && users.count == 0)
		err = none;
	if (err != ERR_OK) {
		cache_users_done(&users);
		return err;
	}
	*ret_users = users;
	return ERR_OK;
}

enum err cache_user_get(struct cache *cache, const struct id *id,
			struct cache_users *ret_users)
{
	struct query query = query_of(cache->db, STMT_USER_GET);

	query_put_id(&query, id);
	return read_users(&query, ERR_NO_USER, ret_users);
}

enum err cache_user_list(struct cache *cache, const char *prefix, unsigned limit,
			 struct cache_users *ret_users)
{
	AUTO(str_done) struct str end = STR_INIT;
	struct query query = query_of(cache->db, STMT_USER_LIST);

	/* Names are ASCII: everything that begins with the prefix sorts below this. */
	str_addf(&end, "%s\x7f", prefix);
	query_put_text(&query, bytes_text(prefix));
	query_put_text(&query, bytes_text(end.ptr));
	query_put_int(&query, limit);
	return read_users(&query, ERR_OK, ret_users);
}

enum err cache_member_put(struct cache *cache, const struct id *room,
			  const struct id *user, int role, uint64_t joined_ms)
{
	uint64_t room_no, user_no;

	enum err err = room_key(cache, room, &room_no);
	if (err == ERR_OK)
		err = user_key(cache, user, &user_no);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_MEMBER_PUT);
	query_put_int(&query, room_no);
	query_put_int(&query, user_no);
	query_put_int(&query, (uint64_t)role);
	query_put_int(&query, joined_ms);
	return query_run(&query);
}

enum err cache_member_remove(struct cache *cache, const struct id *room,
			     const struct id *user)
{
	uint64_t room_no, user_no;

	enum err err = room_key(cache, room, &room_no);
	if (err == ERR_OK)
		err = user_key(cache, user, &user_no);
	if (err == ERR_NO_ROOM || err == ERR_NO_USER)
		return ERR_OK;
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_MEMBER_REMOVE);
	query_put_int(&query, room_no);
	query_put_int(&query, user_no);
	return query_run(&query);
}

enum err cache_member_list(struct cache *cache, const struct id *room,
			   struct cache_users *ret_users)
{
	struct cache_users users = CACHE_USERS_INIT;
	uint64_t key;

	enum err err = room_key(cache, room, &key);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_MEMBER_LIST);
	query_put_int(&query, key);
	while (query_next(&query)) {
		struct cache_user *user = read_user(&query, &users);
		user->role = (int)query_int(&query);
		user->read = query_int(&query);
		user->got = query_int(&query);
		user->joined_ms = query_int(&query);
	}
	err = query_done(&query);
	if (err != ERR_OK) {
		cache_users_done(&users);
		return err;
	}
	*ret_users = users;
	return ERR_OK;
}
