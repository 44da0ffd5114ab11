/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing the log of a room. Events may arrive in any order (a page of old history after
 * newer live ones), so each effect is made to come out the same either way: an edit finds
 * its message, and a message finds the edits that were stored before it. An edit counts
 * only when it is by the author of the message, whatever the server says.
 */
#include "client/cache/cache_event.h"

#include "client/cache/cache_inside.h"
#include "common/base/mem.h"
#include "common/proto/kind.h"

/* The key of an event: its time, then bits that tell events of one millisecond apart. */
#define KEY_TIME_SHIFT 20
#define KEY_TIME_MOST  ((UINT64_C(1) << 42) - 1) /* the year 2109 */

/* An event on its way in, with the numbers of what its ids name. */
struct entry {
	const struct cache_event *event;
	uint64_t room, sender, subject;
};

static bool is_shown(int kind)
{
	switch (kind) {
	case EVENT_EDIT:
	case EVENT_DELETE:
	case EVENT_REACT:
	case EVENT_UNREACT:
	case EVENT_COMMIT: return false;
	default: return true;
	}
}

uint64_t cache_key_of_ms(uint64_t ms)
{
	return (ms < KEY_TIME_MOST ? ms : KEY_TIME_MOST) << KEY_TIME_SHIFT;
}

static enum err find_key(struct cache *cache, const struct cache_event *event,
			 uint64_t *ret)
{
	const uint8_t *tail = event->id.bytes + ID_LEN - 3;
	uint64_t found;
	uint64_t key = cache_key_of_ms(event->ts_ms) |
		       ((uint64_t)tail[0] << 16 | (uint64_t)tail[1] << 8 | tail[2]) >> 4;

	for (;; key++) {
		struct query query = query_of(cache->db, STMT_EVENT_HAS_KEY);
		query_put_int(&query, key);
		enum err err = query_one_int(&query, ERR_NOT_FOUND, &found);
		if (err != ERR_OK) {
			*ret = key;
			return err == ERR_NOT_FOUND ? ERR_OK : err;
		}
	}
}

/* A server knows the id of a message as long as it has the message. One that was cut there
 * is still here, and its id may be used again: the newer one has it then, with what was
 * said about it. The older one stays, as a line that nothing can be done to any more. */
static enum err free_id(struct cache *cache, const struct entry *entry)
{
	const struct cache_event *event = entry->event;

	if (id_is_zero(&event->id))
		return ERR_OK;
	struct query query = query_of(cache->db, STMT_EVENT_FREE_ID);
	query_put_id(&query, &event->id);
	enum err err = query_change(&query, ERR_NOT_FOUND);
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	query = query_of(cache->db, STMT_REACTION_DROP);
	query_put_id(&query, &event->id);
	query_put_int(&query, entry->room);
	query_put_int(&query, event->seq);
	return query_run(&query);
}

static enum err add_row(struct cache *cache, const struct entry *entry)
{
	const struct cache_event *event = entry->event;
	uint64_t key;

	enum err err = free_id(cache, entry);
	if (err == ERR_OK)
		err = find_key(cache, event, &key);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_EVENT_ADD);
	query_put_int(&query, key);
	query_put_int(&query, entry->room);
	query_put_int(&query, event->seq);
	query_put_int(&query, event->ord);
	query_put_id(&query, &event->id);
	query_put_int(&query, (uint64_t)event->kind);
	query_put_int(&query, (uint64_t)event->change);
	query_put_int(&query, (uint64_t)event->role);
	query_put_int(&query, entry->sender);
	query_put_key(&query, entry->subject);
	query_put_id(&query, &event->target);
	query_put_id(&query, &event->reply);
	query_put_id(&query, &event->thread);
	query_put_int(&query, event->ts_ms);
	query_put_int(&query, event->deleted);
	query_put_int(&query, event->quiet);
	query_put_int(&query, event->mentions_me);
	query_put_int(&query, is_shown(event->kind));
	query_put_text(&query, event->deleted ? bytes_of(NULL, 0) : event->text);
	query_put_blob(&query, event->deleted ? bytes_of(NULL, 0) : event->sealed);
	query_put_text(&query, event->deleted ? bytes_of(NULL, 0) : event->extra);
	err = query_run(&query);
	if (err != ERR_OK || event->kind != EVENT_MESSAGE || event->deleted ||
	    !event->text.ptr)
		return err;
	query = query_of(cache->db, STMT_FTS_ADD);
	query_put_int(&query, key);
	query_put_text(&query, event->text);
	return query_run(&query);
}

/* Take the words of the message @id out of the index, before its text changes, or put them
 * in behind that. */
static enum err index_row(struct cache *cache, enum stmt what, uint64_t room,
			  const struct id *id)
{
	struct query query = query_of(cache->db, what);

	query_put_id(&query, id);
	query_put_int(&query, room);
	return query_run(&query);
}

/* ---- what an event does to others ---- */

static enum err set_last_text(struct cache *cache, uint64_t room, const struct id *id,
			      struct bytes text)
{
	struct query query = query_of(cache->db, STMT_ROOM_LAST_TEXT);

	query_put_int(&query, room);
	query_put_text(&query, text);
	query_put_id(&query, id);
	return query_run(&query);
}

/* One edit of the message @id by @sender; ERR_NOT_FOUND when it changed nothing. */
static enum err edit_row(struct cache *cache, const struct entry *entry,
			 const struct id *id, const struct cache_event *edit)
{
	enum err err = index_row(cache, STMT_FTS_DROP, entry->room, id);

	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_EVENT_EDIT);
	query_put_text(&query, edit->text);
	query_put_blob(&query, edit->sealed);
	query_put_int(&query, edit->ts_ms);
	query_put_int(&query, edit->seq);
	query_put_id(&query, id);
	query_put_int(&query, entry->room);
	query_put_int(&query, entry->sender);
	err = query_change(&query, ERR_NOT_FOUND);
	enum err put = index_row(cache, STMT_FTS_PUT, entry->room, id);
	if (err == ERR_OK)
		err = put;
	return err == ERR_OK ? set_last_text(cache, entry->room, id, edit->text) : err;
}

static enum err delete_row(struct cache *cache, uint64_t room, const struct id *id)
{
	enum err err = index_row(cache, STMT_FTS_DROP, room, id);

	if (err == ERR_OK)
		err = index_row(cache, STMT_EVENT_DELETE, room, id);
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_EVENT_DELETE_EDITS);
	query_put_id(&query, id);
	query_put_int(&query, room);
	err = query_run(&query);
	return err == ERR_OK ? set_last_text(cache, room, id, bytes_of(NULL, 0)) : err;
}

static enum err put_reaction(struct cache *cache, const struct entry *entry)
{
	const struct cache_event *event = entry->event;
	struct query query = query_of(cache->db, STMT_REACTION_PUT);

	query_put_id(&query, &event->target);
	query_put_int(&query, entry->sender);
	query_put_text(&query, event->text.ptr ? event->text : bytes_text(""));
	query_put_int(&query, entry->room);
	query_put_int(&query, event->seq);
	query_put_int(&query, event->kind == EVENT_REACT);
	return query_run(&query);
}

static enum err put_pin(struct cache *cache, const struct entry *entry)
{
	struct query query = query_of(cache->db, STMT_PIN_PUT);

	query_put_int(&query, entry->room);
	query_put_id(&query, &entry->event->target);
	query_put_int(&query, entry->event->seq);
	query_put_int(&query, entry->event->kind == EVENT_PIN);
	return query_run(&query);
}

static enum err set_last(struct cache *cache, const struct entry *entry)
{
	const struct cache_event *event = entry->event;
	struct query query = query_of(cache->db, STMT_ROOM_LAST);

	query_put_int(&query, entry->room);
	query_put_int(&query, event->seq);
	query_put_int(&query, event->ts_ms);
	query_put_int(&query, entry->sender);
	query_put_text(&query, event->deleted ? bytes_of(NULL, 0) : event->text);
	return query_run(&query);
}

/* Deletion and edits of this message that were stored before it. */
static enum err catch_up(struct cache *cache, const struct entry *entry)
{
	const struct id *id = &entry->event->id;
	struct cache_event edit = {0};
	struct rows rows = {0};
	uint64_t one;

	struct query query = query_of(cache->db, STMT_EVENT_DELETED_LATER);
	query_put_id(&query, id);
	query_put_int(&query, entry->room);
	query_put_int(&query, entry->event->seq);
	enum err err = query_one_int(&query, ERR_NOT_FOUND, &one);
	if (err != ERR_NOT_FOUND)
		return err == ERR_OK ? delete_row(cache, entry->room, id) : err;

	query = query_of(cache->db, STMT_EVENT_EDITED_LATER);
	query_put_id(&query, id);
	query_put_int(&query, entry->room);
	query_put_int(&query, entry->sender);
	query_put_int(&query, entry->event->seq);
	err = ERR_OK;
	while (err == ERR_OK && query_next(&query)) {
		edit.text = query_bytes(&query, &rows);
		edit.sealed = query_bytes(&query, &rows);
		edit.ts_ms = query_int(&query);
		edit.seq = query_int(&query);
		err = edit_row(cache, entry, id, &edit);
		if (err == ERR_NOT_FOUND)
			err = ERR_OK; /* deleted: the event that says so is not here yet */
	}
	enum err end = query_done(&query);
	rows_done(&rows);
	return err != ERR_OK ? err : end;
}

static enum err take_effect(struct cache *cache, const struct entry *entry)
{
	const struct cache_event *event = entry->event;
	enum err err = ERR_OK;

	switch (event->kind) {
	case EVENT_MESSAGE:
		err = set_last(cache, entry);
		return err == ERR_OK && !id_is_zero(&event->id) ? catch_up(cache, entry)
								: err;
	case EVENT_EDIT:
		err = edit_row(cache, entry, &event->target, event);
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	case EVENT_DELETE: return delete_row(cache, entry->room, &event->target);
	case EVENT_REACT:
	case EVENT_UNREACT: return put_reaction(cache, entry);
	case EVENT_PIN:
	case EVENT_UNPIN: return put_pin(cache, entry);
	default: return ERR_OK;
	}
}

/* ---- runs of seq ---- */

static enum err add_span(struct cache *cache, uint64_t room, uint64_t first,
			 uint64_t last)
{
	struct query query = query_of(cache->db, STMT_SPAN_MERGE);

	query_put_int(&query, room);
	query_put_int(&query, first);
	query_put_int(&query, last);
	uint64_t count = 0, low = 0, high = 0;
	if (query_next(&query)) {
		count = query_int(&query);
		low = query_int(&query);
		high = query_int(&query);
	}
	enum err err = query_done(&query);
	if (err != ERR_OK || (count == 1 && low <= first && high >= last))
		return err;
	if (count > 0) {
		query = query_of(cache->db, STMT_SPAN_REMOVE);
		query_put_int(&query, room);
		query_put_int(&query, low);
		query_put_int(&query, high);
		err = query_run(&query);
	}
	if (err != ERR_OK)
		return err;
	query = query_of(cache->db, STMT_SPAN_ADD);
	query_put_int(&query, room);
	query_put_int(&query, count > 0 && low < first ? low : first);
	query_put_int(&query, high > last ? high : last);
	return query_run(&query);
}

static enum err raise_head(struct cache *cache, uint64_t room, uint64_t head,
			   uint64_t ord)
{
	struct query query = query_of(cache->db, STMT_ROOM_HEAD);

	query_put_int(&query, room);
	query_put_int(&query, head);
	query_put_int(&query, ord);
	return query_run(&query);
}

/* ---- the calls ---- */

static enum err add_event(struct cache *cache, struct entry *entry)
{
	const struct cache_event *event = entry->event;

	enum err err = user_key_make(cache, &event->from, &entry->sender);
	if (err == ERR_OK)
		err = user_key_make(cache, &event->user, &entry->subject);
	if (err == ERR_OK && entry->sender == 0)
		err = ERR_BAD;
	if (err == ERR_OK)
		err = add_row(cache, entry);
	if (err == ERR_OK)
		err = take_effect(cache, entry);
	if (err == ERR_OK)
		err = raise_head(cache, entry->room, event->seq, event->ord);
	return err == ERR_OK ? add_span(cache, entry->room, event->seq, event->seq) : err;
}

static enum err put_event(struct cache *cache, const struct cache_event *event,
			  bool *ret_new)
{
	struct entry entry = {.event = event};
	uint64_t deleted;

	enum err err = room_key(cache, &event->room, &entry.room);
	if (err != ERR_OK)
		return err;
	if (event->seq == 0)
		return ERR_BAD;
	struct query query = query_of(cache->db, STMT_EVENT_BY_SEQ);
	query_put_int(&query, entry.room);
	query_put_int(&query, event->seq);
	err = query_one_int(&query, ERR_NOT_FOUND, &deleted);
	*ret_new = err == ERR_NOT_FOUND;
	if (*ret_new)
		return add_event(cache, &entry);
	if (err == ERR_OK && event->deleted && !deleted && !id_is_zero(&event->id))
		err = delete_row(cache, entry.room, &event->id);
	return err;
}

enum err cache_event_put(struct cache *cache, const struct cache_event *event,
			 bool *ret_new)
{
	struct scope scope;
	bool is_new = false;

	enum err err = scope_begin(cache, &scope);
	if (err != ERR_OK)
		return err;
	err = scope_end(&scope, put_event(cache, event, &is_new));
	if (err == ERR_OK && ret_new)
		*ret_new = is_new;
	return err;
}

static enum err cover(struct cache *cache, const struct id *room, uint64_t first,
		      uint64_t last, bool start)
{
	uint64_t key;

	enum err err = room_key(cache, room, &key);
	if (err == ERR_OK && first > last)
		err = ERR_BAD;
	if (err == ERR_OK)
		err = add_span(cache, key, first, last);
	if (err == ERR_OK)
		err = raise_head(cache, key, last, 0);
	if (err != ERR_OK || !start)
		return err;
	struct query query = query_of(cache->db, STMT_ROOM_START);
	query_put_int(&query, key);
	query_put_int(&query, first);
	return query_run(&query);
}

enum err cache_event_covered(struct cache *cache, const struct id *room, uint64_t first,
			     uint64_t last, bool start)
{
	struct scope scope;

	enum err err = scope_begin(cache, &scope);
	return err == ERR_OK ? scope_end(&scope, cover(cache, room, first, last, start))
			     : err;
}

static enum err reset(struct cache *cache, const struct id *room, uint64_t epoch)
{
	static const enum stmt forget[] = {STMT_FTS_FORGET,     STMT_EVENT_FORGET,
					   STMT_SPAN_FORGET,    STMT_REACTION_FORGET,
					   STMT_RECEIPT_FORGET, STMT_PIN_FORGET};
	uint64_t key;

	enum err err = room_key(cache, room, &key);
	for (size_t i = 0; i < ARRAY_LEN(forget) && err == ERR_OK; i++) {
		struct query query = query_of(cache->db, forget[i]);
		query_put_int(&query, key);
		err = query_run(&query);
	}
	if (err != ERR_OK)
		return err;
	struct query query = query_of(cache->db, STMT_ROOM_RESET);
	query_put_int(&query, key);
	query_put_int(&query, epoch);
	return query_run(&query);
}

enum err cache_event_reset(struct cache *cache, const struct id *room, uint64_t epoch)
{
	struct scope scope;

	enum err err = scope_begin(cache, &scope);
	return err == ERR_OK ? scope_end(&scope, reset(cache, room, epoch)) : err;
}
