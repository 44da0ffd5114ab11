/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orders of columns are those of stmt_upload.def. Bytes count on their account from the
 * first moment, by the size that was announced, so that uploads side by side cannot pass
 * the quota together.
 */
#include "server/store/store_upload.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

static enum err spend(struct store *store, int64_t account, int64_t bytes)
{
	return store_run(store, STMT_file_spend,
			 VALUES(value_int(account), value_int(bytes)), NULL, NULL);
}

enum err store_upload_add(struct store *store, int64_t account,
			  const struct file_note *note, uint64_t expires_ms)
{
	int64_t key = 0;
	enum err err = store_num(store, STMT_upload_add,
				 VALUES(value_id(&note->id), value_int(account),
					value_text(bytes_text(note->name)),
					value_int((int64_t)note->size),
					value_int((int64_t)store_now(store)),
					value_int((int64_t)expires_ms)),
				 &key);

	if (err == ERR_OK)
		err = store_run(
			store, STMT_upload_begin,
			VALUES(value_int(key), value_int((int64_t)store_now(store))),
			NULL, NULL);
	return err == ERR_OK ? spend(store, account, (int64_t)note->size) : err;
}

static void take_upload(const struct value *col, struct upload_row *row)
{
	struct bytes hash = col_bytes(&col[10]);

	*row = (struct upload_row){
		.key = col_int(&col[0]),
		.account = col_int(&col[2]),
		.blob = col_int(&col[3]),
		.note = {.id = col_id(&col[1]), .size = (uint64_t)col_int(&col[5])},
		.received = (uint64_t)col_int(&col[7]),
		.created_ms = (uint64_t)col_int(&col[8]),
		.expires_ms = (uint64_t)col_int(&col[9]),
	};
	col_text(&col[4], row->note.type, sizeof(row->note.type));
	col_text(&col[6], row->note.name, sizeof(row->note.name));
	if (hash.len == BLOB_HASH_LEN)
		memcpy(row->hash, hash.ptr, BLOB_HASH_LEN);
}

static enum err on_upload(const struct value *col, void *ctx)
{
	take_upload(col, ctx);
	return ERR_OK;
}

enum err store_upload_get(struct store *store, const struct id *id,
			  struct upload_row *ret)
{
	return store_one(store, STMT_upload_get, VALUES(value_id(id)), on_upload, ret);
}

struct visit {
	store_upload_fn *fn;
	void *ctx;
};

static enum err on_listed(const struct value *col, void *ctx)
{
	const struct visit *visit = ctx;
	struct upload_row row;

	take_upload(col, &row);
	return visit->fn(&row, visit->ctx);
}

enum err store_upload_list(struct store *store, int64_t account, int64_t before,
			   size_t limit, store_upload_fn *visit, void *ctx)
{
	struct visit each = {visit, ctx};

	return store_run(
		store, STMT_upload_list,
		VALUES(value_int(account), value_int(before), value_int((int64_t)limit)),
		on_listed, &each);
}

enum err store_upload_move(struct store *store, int64_t key, uint64_t from, uint64_t to,
			   uint64_t expires_ms)
{
	enum err err = store_one(store, STMT_upload_move,
				 VALUES(value_int(key), value_int((int64_t)from),
					value_int((int64_t)to),
					value_int((int64_t)store_now(store))),
				 NULL, NULL);

	if (err != ERR_OK)
		return err;
	return store_run(store, STMT_upload_stay,
			 VALUES(value_int(key), value_int((int64_t)expires_ms)), NULL,
			 NULL);
}

enum err store_upload_end(struct store *store, int64_t key, int64_t blob,
			  const char *type)
{
	enum err err = store_run(
		store, STMT_upload_whole,
		VALUES(value_int(key), value_int(blob), value_text(bytes_text(type))),
		NULL, NULL);

	if (err == ERR_OK && store->driver->changed(store->db) != 1)
		err = ERR_STATE;
	return err == ERR_OK ? store_run(store, STMT_upload_end, VALUES(value_int(key)),
					 NULL, NULL)
			     : err;
}

struct usage {
	uint64_t used;
	int64_t quota;
};

static enum err on_usage(const struct value *col, void *ctx)
{
	int64_t used = col_int(&col[0]);

	*(struct usage *)ctx =
		(struct usage){used > 0 ? (uint64_t)used : 0, col_int(&col[1])};
	return ERR_OK;
}

enum err store_file_usage(struct store *store, int64_t account, uint64_t *ret_used,
			  int64_t *ret_quota)
{
	struct usage usage = {0};
	enum err err = store_one(store, STMT_file_usage, VALUES(value_int(account)),
				 on_usage, &usage);

	if (err != ERR_OK)
		return err;
	*ret_used = usage.used;
	*ret_quota = usage.quota;
	return ERR_OK;
}

enum err store_event_file(struct store *store, const struct id *cid, int64_t room,
			  const struct upload_row *file)
{
	enum err err = store_run(
		store, STMT_event_file_add,
		VALUES(value_id(cid), value_id(&file->note.id), value_int(file->account)),
		NULL, NULL);

	return err == ERR_OK ? store_run(store, STMT_file_sent,
					 VALUES(value_int(file->key), value_int(room)),
					 NULL, NULL)
			     : err;
}

struct links {
	store_link_fn *fn;
	void *ctx;
};

static enum err on_link(const struct value *col, void *ctx)
{
	const struct links *links = ctx;
	struct id cid = col_id(&col[0]);

	return links->fn(&cid, links->ctx);
}

enum err store_file_links(struct store *store, int64_t file, int64_t account,
			  size_t limit, store_link_fn *visit, void *ctx)
{
	struct links links = {visit, ctx};

	return store_run(
		store, STMT_file_links,
		VALUES(value_int(file), value_int(account), value_int((int64_t)limit)),
		on_link, &links);
}

enum err store_file_let_go(struct store *store, int64_t event)
{
	return store_run(store, STMT_file_let_go,
			 VALUES(value_int(event), value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

enum err store_file_expire_own(struct store *store, int64_t account)
{
	return store_run(store, STMT_file_expire_own,
			 VALUES(value_int(account), value_int((int64_t)store_now(store))),
			 NULL, NULL);
}

/* ---- what nobody names any more ---- */

struct keys {
	int64_t *keys;
	size_t count;
};

static enum err on_key(const struct value *col, void *ctx)
{
	struct keys *keys = ctx;

	keys->keys[keys->count++] = col_int(&col[0]);
	return ERR_OK;
}

enum err store_file_waste(struct store *store, int64_t *ret_keys, size_t limit,
			  size_t *ret_count)
{
	struct keys keys = {.keys = ret_keys};
	enum err err = store_run(
		store, STMT_file_expired,
		VALUES(value_int((int64_t)store_now(store)), value_int((int64_t)limit)),
		on_key, &keys);

	if (err == ERR_OK && keys.count == 0)
		err = store_run(store, STMT_file_of_dead_room,
				VALUES(value_int((int64_t)limit)), on_key, &keys);
	*ret_count = keys.count;
	return err;
}

struct forgotten {
	int64_t account, size, blob;
	struct id id;
};

static enum err on_forgotten(const struct value *col, void *ctx)
{
	*(struct forgotten *)ctx = (struct forgotten){col_int(&col[0]), col_int(&col[1]),
						      col_int(&col[2]), col_id(&col[3])};
	return ERR_OK;
}

enum err store_file_forget(struct store *store, int64_t key, struct id *ret_id)
{
	struct forgotten gone = {0};
	enum err err = store_run(store, STMT_file_unlink_all, VALUES(value_int(key)),
				 NULL, NULL);

	if (err == ERR_OK)
		err = store_run(store, STMT_upload_end, VALUES(value_int(key)), NULL,
				NULL);
	if (err == ERR_OK)
		err = store_one(store, STMT_file_remove, VALUES(value_int(key)),
				on_forgotten, &gone);
	if (err == ERR_OK)
		err = spend(store, gone.account, -gone.size);
	/* The content stays until store_blob_waste() finds it: it may be wanted again
	 * before that is committed. */
	if (err == ERR_OK && gone.blob)
		err = store_run(store, STMT_blob_release, VALUES(value_int(gone.blob)),
				NULL, NULL);
	if (err == ERR_OK)
		*ret_id = gone.id;
	return err;
}

struct blobs {
	struct blob_waste *rows;
	size_t count;
};

static enum err on_waste(const struct value *col, void *ctx)
{
	struct blobs *blobs = ctx;
	struct bytes hash = col_bytes(&col[1]);

	if (hash.len != BLOB_HASH_LEN)
		return ERR_CORRUPT;
	blobs->rows[blobs->count].key = col_int(&col[0]);
	memcpy(blobs->rows[blobs->count++].hash, hash.ptr, BLOB_HASH_LEN);
	return ERR_OK;
}

enum err store_blob_waste(struct store *store, struct blob_waste *ret, size_t limit,
			  size_t *ret_count)
{
	struct blobs blobs = {.rows = ret};
	enum err err = store_run(store, STMT_blob_unused,
				 VALUES(value_int((int64_t)limit)), on_waste, &blobs);

	*ret_count = blobs.count;
	return err;
}

enum err store_blob_forget(struct store *store, int64_t key)
{
	return store_run(store, STMT_blob_drop, VALUES(value_int(key)), NULL, NULL);
}

/* ---- notes ---- */

_Static_assert(FILENAME_MOST < 256 && FILE_TYPE_MOST < 256, "a length is one byte");

static void write_text(struct buf *out, struct bytes text)
{
	buf_add_u8(out, (uint8_t)text.len);
	buf_add_bytes(out, text);
}

void file_notes_write(const struct body_file_note *notes, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		buf_add(out, notes[i].file.bytes, ID_LEN);
		buf_add_u64(out, notes[i].size);
		write_text(out, notes[i].name);
		write_text(out, notes[i].media);
	}
}

static bool read_note(struct rd *rd, struct body_file_note *note)
{
	rd_copy(rd, note->file.bytes, ID_LEN);
	note->size = rd_u64(rd);
	note->name = rd_bytes(rd, rd_u8(rd));
	note->media = rd_bytes(rd, rd_u8(rd));
	return rd->err == ERR_OK;
}

size_t file_notes_read(struct bytes column, struct body_file_note **ret_notes)
{
	const size_t texts = LIMIT_FILES * sizeof(struct body_file_note);
	size_t count = 0;

	*ret_notes = NULL;
	if (column.len == 0)
		return 0;
	uint8_t *block = mem_alloc(1, texts + column.len);
	struct body_file_note *notes = (void *)block;
	memcpy(block + texts, column.ptr, column.len);
	struct rd rd = rd_init(bytes_of(block + texts, column.len));
	while (rd_left(&rd) > 0 && count < LIMIT_FILES && read_note(&rd, &notes[count]))
		count++;
	*ret_notes = notes;
	return count;
}

struct body_file_note *file_notes_copy(const struct body_file_note *notes, size_t count)
{
	AUTO(buf_done) struct buf column = BUF_INIT;
	struct body_file_note *copy = NULL;

	file_notes_write(notes, count, &column);
	(void)file_notes_read(buf_view(&column), &copy);
	return copy;
}

struct body_file_note file_note_body(const struct file_note *note)
{
	return (struct body_file_note){
		.file = note->id,
		.name = bytes_text(note->name),
		.media = bytes_text(note->type),
		.size = note->size,
	};
}
