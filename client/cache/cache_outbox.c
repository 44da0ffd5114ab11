/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The outbox. A message is in exactly one place: here, until the acknowledgement moves it
 * to the log of its room in one transaction.
 */
#include "client/cache/cache_outbox.h"

#include "client/cache/cache_event.h"
#include "client/cache/cache_inside.h"
#include "common/base/filename.h"
#include "common/base/mem.h"
#include "common/proto/body.h"
#include "common/proto/json_out.h"
#include "common/proto/kind.h"

void cache_sends_done(struct cache_sends *sends)
{
	mem_free(sends->sends);
	rows_done(&sends->rows);
	*sends = CACHE_SENDS_INIT;
}

static void read_send(struct query *query, struct cache_sends *sends)
{
	struct cache_send *send = list_add(&sends->sends, &sends->count, sizeof(*send));

	send->order = query_int(query);
	send->cid = query_id(query);
	send->room = query_id(query);
	send->dest = query_bytes(query, &sends->rows);
	send->kind = (int)query_int(query);
	send->target = query_id(query);
	send->reply = query_id(query);
	send->thread = query_id(query);
	send->text = query_bytes(query, &sends->rows);
	send->sealed = query_bytes(query, &sends->rows);
	send->mentions = query_bytes(query, &sends->rows);
	send->files = query_bytes(query, &sends->rows);
	send->quiet = query_int(query);
	send->state = (enum outbox_state)query_int(query);
	send->attempts = (unsigned)query_int(query);
	struct bytes error = query_bytes(query, &sends->rows);
	send->error =
		error.ptr ? err_from_word((const char *)error.ptr, error.len) : ERR_OK;
	send->created_ms = query_int(query);
	send->next_ms = query_int(query);
	send->path = query_bytes(query, &sends->rows);
	send->size = query_int(query);
	send->mtime_ns = query_int(query);
	send->upload = query_id(query);
	send->media = query_bytes(query, &sends->rows);
}

static enum err read_sends(struct query *query, enum err none,
			   struct cache_sends *ret_sends)
{
	struct cache_sends sends = CACHE_SENDS_INIT;

	while (query_next(query))
		read_send(query, &sends);
	enum err err = query_done(query);
	if (err == ERR_OK && sends.count == 0)
		err = none;
	if (err != ERR_OK) {
		cache_sends_done(&sends);
		return err;
	}
	*ret_sends = sends;
	return ERR_OK;
}

enum err cache_outbox_get(struct cache *cache, const struct id *cid,
			  struct cache_sends *ret_sends)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_GET);

	query_put_id(&query, cid);
	return read_sends(&query, ERR_NOT_FOUND, ret_sends);
}

enum err cache_outbox_list(struct cache *cache, struct cache_sends *ret_sends)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_LIST);

	return read_sends(&query, ERR_OK, ret_sends);
}

/* A destination may have become a room since. */
static bool same_place(const struct cache_send *a, const struct cache_send *b)
{
	if (!id_is_zero(&a->room) && !id_is_zero(&b->room))
		return id_equal(&a->room, &b->room);
	return !a->dest.ptr || !b->dest.ptr || bytes_equal(a->dest, b->dest);
}

static bool same_content(const struct cache_send *a, const struct cache_send *b)
{
	return same_place(a, b) && a->kind == b->kind &&
	       id_equal(&a->target, &b->target) && bytes_equal(a->text, b->text) &&
	       bytes_equal(a->path, b->path);
}

static enum err add_row(struct cache *cache, const struct cache_send *send)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_ADD);

	query_put_id(&query, &send->cid);
	query_put_id(&query, &send->room);
	query_put_text(&query, send->dest);
	query_put_int(&query, (uint64_t)send->kind);
	query_put_id(&query, &send->target);
	query_put_id(&query, &send->reply);
	query_put_id(&query, &send->thread);
	query_put_text(&query, send->text);
	query_put_blob(&query, send->sealed);
	query_put_blob(&query, send->mentions);
	query_put_blob(&query, send->files);
	query_put_int(&query, send->quiet);
	query_put_int(&query, send->created_ms);
	query_put_text(&query, send->path);
	query_put_int(&query, send->size);
	query_put_int(&query, send->mtime_ns);
	return query_run(&query);
}

static enum err add(struct cache *cache, const struct cache_send *send)
{
	AUTO(cache_sends_done) struct cache_sends there = CACHE_SENDS_INIT;
	uint64_t one;

	struct query query = query_of(cache->db, STMT_EVENT_HAS_ID);
	query_put_id(&query, &send->cid);
	enum err err = query_one_int(&query, ERR_NOT_FOUND, &one);
	if (err != ERR_NOT_FOUND)
		return err == ERR_OK ? ERR_EXISTS : err;
	err = cache_outbox_get(cache, &send->cid, &there);
	if (err == ERR_OK)
		return same_content(&there.sends[0], send) ? ERR_OK : ERR_CONFLICT;
	return err == ERR_NOT_FOUND ? add_row(cache, send) : err;
}

enum err cache_outbox_add(struct cache *cache, const struct cache_send *send)
{
	struct scope scope;

	enum err err = scope_begin(cache, &scope);
	return err == ERR_OK ? scope_end(&scope, add(cache, send)) : err;
}

enum err cache_outbox_count(struct cache *cache, uint64_t *ret_count)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_COUNT);

	return query_one_int(&query, ERR_INTERNAL, ret_count);
}

enum err cache_outbox_resolve(struct cache *cache, const struct id *cid,
			      const struct id *room)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_RESOLVE);

	query_put_id(&query, cid);
	query_put_id(&query, room);
	return query_change(&query, ERR_NOT_FOUND);
}

enum err cache_outbox_state(struct cache *cache, const struct id *cid,
			    enum outbox_state state, enum err error, uint64_t next_ms)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_STATE);

	query_put_id(&query, cid);
	query_put_int(&query, state);
	query_put_text(&query,
		       error == ERR_OK ? bytes_of(NULL, 0) : bytes_text(err_word(error)));
	query_put_int(&query, next_ms);
	return query_change(&query, ERR_NOT_FOUND);
}

enum err cache_outbox_announced(struct cache *cache, const struct id *cid,
				const struct id *file)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_ANNOUNCED);

	query_put_id(&query, cid);
	query_put_id(&query, file);
	return query_change(&query, ERR_NOT_FOUND);
}

enum err cache_outbox_whole(struct cache *cache, const struct id *cid,
			    const struct id *file, struct bytes media)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_WHOLE);

	query_put_id(&query, cid);
	query_put_id(&query, file);
	query_put_text(&query, media);
	return query_change(&query, ERR_NOT_FOUND);
}

enum err cache_outbox_again(struct cache *cache, const struct id *cid, uint64_t size,
			    uint64_t mtime_ns)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_AGAIN);

	query_put_id(&query, cid);
	query_put_int(&query, size);
	query_put_int(&query, mtime_ns);
	return query_change(&query, ERR_NOT_FOUND);
}

enum err cache_outbox_requeue(struct cache *cache)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_REQUEUE);

	return query_run(&query);
}

enum err cache_outbox_remove(struct cache *cache, const struct id *cid)
{
	struct query query = query_of(cache->db, STMT_OUTBOX_REMOVE);

	query_put_id(&query, cid);
	return query_change(&query, ERR_NOT_FOUND);
}

bool cache_send_uploads(const struct cache_send *send)
{
	return send->path.len && !send->files.len;
}

/* The file by the facts that are known here, in the words of the server. */
static void put_attached(const struct cache_send *send, struct json_out *out)
{
	AUTO(str_done) struct str name = STR_INIT;
	struct body_file_note note = {.file = send->upload,
				      .media = send->media.ptr ? send->media
							       : bytes_text(""),
				      .size = send->size};

	filename_clean(send->path, &name);
	note.name = str_view(&name);
	json_out_key(out, "attached");
	json_out_open(out, '[');
	body_encode(body_file_note_def(), out, &note);
	json_out_close(out, ']');
}

void cache_send_extra(const struct cache_send *send, struct buf *extra)
{
	struct json_out out = json_out_init(extra);
	struct rd rd = rd_init(send->files);

	if (send->files.len == 0 && send->path.len == 0)
		return;
	json_out_open(&out, '{');
	json_out_key(&out, "files");
	json_out_open(&out, '[');
	while (rd_left(&rd) >= ID_LEN) {
		struct id id;
		rd_copy(&rd, id.bytes, ID_LEN);
		json_out_text(&out, bytes_text(id_text(&id).text));
	}
	json_out_close(&out, ']');
	if (send->path.len)
		put_attached(send, &out);
	json_out_close(&out, '}');
}

static enum err acknowledge(struct cache *cache, const struct id *cid,
			    struct cache_event *event)
{
	AUTO(cache_sends_done) struct cache_sends sends = CACHE_SENDS_INIT;
	AUTO(buf_done) struct buf extra = BUF_INIT;

	enum err err = cache_outbox_get(cache, cid, &sends);
	if (err != ERR_OK)
		return err;
	const struct cache_send *send = &sends.sends[0];
	cache_send_extra(send, &extra);
	event->extra = extra.len ? buf_view(&extra) : bytes_of(NULL, 0);
	event->room = send->room;
	event->id = *cid;
	event->kind = send->kind;
	event->target = send->target;
	event->reply = send->reply;
	event->thread = send->thread;
	event->quiet = send->quiet;
	event->text = send->text;
	err = cache_event_put(cache, event, NULL);
	return err == ERR_OK ? cache_outbox_remove(cache, cid) : err;
}

enum err cache_outbox_ack(struct cache *cache, const struct id *cid,
			  const struct id *self, uint64_t seq, uint64_t ord,
			  uint64_t ts_ms)
{
	struct cache_event event = {
		.from = *self, .seq = seq, .ord = ord, .ts_ms = ts_ms};
	struct scope scope;

	enum err err = scope_begin(cache, &scope);
	return err == ERR_OK ? scope_end(&scope, acknowledge(cache, cid, &event)) : err;
}

static enum err named_cid(struct cache *cache, struct bytes text, const struct id *fresh,
			  struct id *ret_cid)
{
	struct query query = query_of(cache->db, STMT_CID_ADD);

	query_put_blob(&query, text);
	query_put_id(&query, fresh);
	enum err err = query_run(&query);
	if (err != ERR_OK)
		return err;
	query = query_of(cache->db, STMT_CID_GET);
	query_put_blob(&query, text);
	if (query_next(&query))
		*ret_cid = query_id(&query);
	return query_done(&query);
}

enum err cache_outbox_cid(struct cache *cache, struct bytes text, const struct id *fresh,
			  struct id *ret_cid)
{
	struct scope scope;

	enum err err = scope_begin(cache, &scope);
	return err == ERR_OK ? scope_end(&scope, named_cid(cache, text, fresh, ret_cid))
			     : err;
}
