/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening, transactions, settings. A new store is made under another name and renamed
 * when it is whole: a crash at its birth leaves nothing that looks like a store, and the
 * one moment in which SQLite works without its log is not on a store anybody uses.
 */
#include "client/cache/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cache/cache_inside.h"
#include "client/cache/migrate.h"
#include "common/base/mem.h"
#include "common/os/file.h"

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static enum err sync_dir(const char *dir)
{
	AUTO(close_fd) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0 ? ERR_OK : ERR_STORE;
}

static enum err make_empty(const char *path)
{
	AUTO(close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd >= 0 ? ERR_OK : ERR_STORE;
}

static enum err open_and_migrate(const char *path, const struct vfs_seal *vfs,
				 struct db **ret)
{
	struct db *db = NULL;

	enum err err = db_open(path, vfs, &db);
	if (err == ERR_OK)
		err = migrate(db);
	if (err != ERR_OK) {
		db_free(&db);
		return err;
	}
	*ret = db;
	return ERR_OK;
}

static enum err give_birth(const char *dir, const char *path, const struct vfs_seal *vfs)
{
	AUTO(str_done) struct str fresh = STR_INIT, log = STR_INIT;
	struct db *db = NULL;

	str_addf(&fresh, "%s.new", path);
	str_addf(&log, "%s-wal", fresh.ptr);
	/* What an earlier attempt left; making the file tells whether that went well. */
	unlink(fresh.ptr);
	unlink(log.ptr);
	enum err err = make_empty(fresh.ptr);
	if (err == ERR_OK)
		err = open_and_migrate(fresh.ptr, vfs, &db);
	db_free(&db);
	if (err == ERR_OK && rename(fresh.ptr, path) != 0)
		err = ERR_STORE;
	return err == ERR_OK ? sync_dir(dir) : err;
}

static enum err look_for(const char *path, bool *ret_there)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		*ret_there = true;
	else if (errno == ENOENT)
		*ret_there = false;
	else
		return ERR_STORE;
	return ERR_OK;
}

static enum err open_at(const char *dir, const struct key_source *source,
			struct cache *cache)
{
	AUTO(secret_done) struct secret key = SECRET_INIT;
	AUTO(str_done) struct str path = STR_INIT;
	bool there;

	str_addf(&path, "%s/store.db", dir);
	enum err err = file_make_private(dir);
	if (err == ERR_OK)
		err = look_for(path.ptr, &there);
	if (err == ERR_OK)
		err = key_load(source, !there, &key);
	if (err == ERR_OK)
		err = vfs_seal_new(&key, NULL, &cache->vfs);
	if (err == ERR_OK && !there)
		err = give_birth(dir, path.ptr, cache->vfs);
	if (err == ERR_OK)
		err = open_and_migrate(path.ptr, cache->vfs, &cache->db);
	return err;
}

enum err cache_open(const char *dir, const struct key_source *key,
		    struct cache **ret_cache)
{
	struct cache *cache = mem_new(struct cache);
	enum err err = open_at(dir, key, cache);

	if (err != ERR_OK) {
		cache_free(&cache);
		return err;
	}
	*ret_cache = cache;
	return ERR_OK;
}

void cache_free(struct cache **cache)
{
	if (!*cache)
		return;
	db_free(&(*cache)->db);
	vfs_seal_free(&(*cache)->vfs);
	mem_free(*cache);
	*cache = NULL;
}

static enum err run(struct cache *cache, enum stmt id)
{
	struct query query = query_of(cache->db, id);

	return query_run(&query);
}

enum err cache_begin(struct cache *cache)
{
	return run(cache, STMT_BEGIN);
}

/* SQLite undoes a transaction by itself when the disk is full or fails; what comes then
 * must not turn into a transaction of its own. */
enum err cache_commit(struct cache *cache)
{
	if (!db_in_transaction(cache->db))
		return ERR_STORE;
	enum err err = run(cache, STMT_COMMIT);

	if (err != ERR_OK)
		cache_rollback(cache);
	return err;
}

void cache_rollback(struct cache *cache)
{
	if (db_in_transaction(cache->db) && run(cache, STMT_ROLLBACK) != ERR_OK)
		return;
}

enum err cache_part_begin(struct cache *cache)
{
	if (!db_in_transaction(cache->db))
		return ERR_STORE;
	return run(cache, STMT_PART_BEGIN);
}

enum err cache_part_end(struct cache *cache, enum err err)
{
	if (err != ERR_OK && db_in_transaction(cache->db) &&
	    run(cache, STMT_PART_UNDO) != ERR_OK)
		return err;
	if (!db_in_transaction(cache->db))
		return err != ERR_OK ? err : ERR_STORE;
	enum err end = run(cache, STMT_PART_END);
	return err != ERR_OK ? err : end;
}

enum err scope_begin(struct cache *cache, struct scope *ret)
{
	*ret = (struct scope){.cache = cache, .own = !db_in_transaction(cache->db)};
	return ret->own ? cache_begin(cache) : ERR_OK;
}

enum err scope_end(struct scope *scope, enum err err)
{
	if (!scope->own)
		return err;
	if (err == ERR_OK)
		return cache_commit(scope->cache);
	cache_rollback(scope->cache);
	return err;
}

void query_put_key(struct query *query, uint64_t key)
{
	if (key == 0)
		query_put_null(query);
	else
		query_put_int(query, key);
}

void *list_add(void *list, size_t *count, size_t size)
{
	uint8_t *items;

	/* Grown by doubling: full whenever the count is a power of two. */
	memcpy(&items, list, sizeof(items));
	if ((*count & (*count - 1)) == 0)
		items = mem_resize(items, *count ? *count * 2 : 1, size);
	memcpy(list, &items, sizeof(items));
	return memset(items + (*count)++ * size, 0, size);
}

enum err cache_setting_get(struct cache *cache, const char *name, struct str *ret)
{
	struct rows rows = {0};
	struct query query = query_of(cache->db, STMT_SETTING_GET);

	query_put_text(&query, bytes_text(name));
	bool found = query_next(&query);
	struct bytes value = found ? query_bytes(&query, &rows) : bytes_of(NULL, 0);
	enum err err = query_done(&query);
	if (err == ERR_OK && !found)
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		str_set_len(ret, (const char *)value.ptr, value.len);
	rows_done(&rows);
	return err;
}

enum err cache_setting_put(struct cache *cache, const char *name, const char *value)
{
	struct query query =
		query_of(cache->db, value ? STMT_SETTING_PUT : STMT_SETTING_REMOVE);

	query_put_text(&query, bytes_text(name));
	if (value)
		query_put_text(&query, bytes_text(value));
	return query_run(&query);
}
