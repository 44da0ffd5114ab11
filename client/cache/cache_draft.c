/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drafts and input history.
 */
#include "client/cache/cache_draft.h"

#include "client/cache/cache_inside.h"
#include "common/base/mem.h"

void cache_draft_done(struct cache_draft *draft)
{
	rows_done(&draft->rows);
	*draft = CACHE_DRAFT_INIT;
}

void cache_lines_done(struct cache_lines *lines)
{
	mem_free(lines->lines);
	rows_done(&lines->rows);
	*lines = CACHE_LINES_INIT;
}

enum err cache_draft_get(struct cache *cache, const struct id *room,
			 struct cache_draft *ret)
{
	struct cache_draft draft = CACHE_DRAFT_INIT;
	uint64_t key;

	enum err err = room_key(cache, room, &key);
	if (err != ERR_OK)
		return err == ERR_NO_ROOM ? ERR_NOT_FOUND : err;
	struct query query = query_of(cache->db, STMT_DRAFT_GET);
	query_put_int(&query, key);
	bool found = query_next(&query);
	if (found) {
		draft.text = query_bytes(&query, &draft.rows);
		draft.cursor = query_int(&query);
		draft.reply = query_id(&query);
		draft.changed_ms = query_int(&query);
	}
	err = query_done(&query);
	if (err == ERR_OK && !found)
		err = ERR_NOT_FOUND;
	if (err != ERR_OK) {
		cache_draft_done(&draft);
		return err;
	}
	*ret = draft;
	return ERR_OK;
}

enum err cache_draft_put(struct cache *cache, const struct id *room,
			 const struct cache_draft *draft)
{
	uint64_t key;

	enum err err = room_key(cache, room, &key);
	if (err != ERR_OK)
		return err;
	const bool keep = draft->text.len > 0;
	struct query query =
		query_of(cache->db, keep ? STMT_DRAFT_PUT : STMT_DRAFT_REMOVE);
	query_put_int(&query, key);
	if (keep) {
		query_put_text(&query, draft->text);
		query_put_int(&query, draft->cursor);
		query_put_id(&query, &draft->reply);
		query_put_int(&query, draft->changed_ms);
	}
	return query_run(&query);
}

/* The number under which lines of @room stand: 0 for no room. */
static enum err line_room(struct cache *cache, const struct id *room, uint64_t *ret)
{
	*ret = 0;
	return id_is_zero(room) ? ERR_OK : room_key(cache, room, ret);
}

static enum err is_last(struct cache *cache, uint64_t room, struct bytes line, bool *ret)
{
	struct rows rows = {0};
	struct query query = query_of(cache->db, STMT_LINE_LAST);

	query_put_int(&query, room);
	*ret = query_next(&query) && bytes_equal(query_bytes(&query, &rows), line);
	rows_done(&rows);
	return query_done(&query);
}

static enum err add_line(struct cache *cache, const struct id *room, struct bytes line,
			 uint64_t now_ms)
{
	uint64_t key;
	bool same = false;

	enum err err = line_room(cache, room, &key);
	if (err == ERR_OK)
		err = is_last(cache, key, line, &same);
	if (err != ERR_OK || same)
		return err;
	struct query query = query_of(cache->db, STMT_LINE_ADD);
	query_put_int(&query, key);
	query_put_text(&query, line);
	query_put_int(&query, now_ms);
	err = query_run(&query);
	if (err != ERR_OK)
		return err;
	query = query_of(cache->db, STMT_LINE_TRIM);
	query_put_int(&query, key);
	query_put_int(&query, CACHE_LINES_MOST);
	return query_run(&query);
}

enum err cache_line_add(struct cache *cache, const struct id *room, struct bytes line,
			uint64_t now_ms)
{
	struct scope scope;

	enum err err = scope_begin(cache, &scope);
	return err == ERR_OK ? scope_end(&scope, add_line(cache, room, line, now_ms))
			     : err;
}

enum err cache_line_list(struct cache *cache, const struct id *room, unsigned limit,
			 struct cache_lines *ret)
{
	struct cache_lines lines = CACHE_LINES_INIT;
	uint64_t key;

	enum err err = line_room(cache, room, &key);
	if (err != ERR_OK)
		return err == ERR_NO_ROOM ? ERR_OK : err;
	struct query query = query_of(cache->db, STMT_LINE_LIST);
	query_put_int(&query, key);
	query_put_int(&query, limit);
	while (query_next(&query)) {
		struct bytes *line = list_add(&lines.lines, &lines.count, sizeof(*line));
		*line = query_bytes(&query, &lines.rows);
	}
	err = query_done(&query);
	if (err != ERR_OK) {
		cache_lines_done(&lines);
		return err;
	}
	*ret = lines;
	return ERR_OK;
}
