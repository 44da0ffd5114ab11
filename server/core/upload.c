/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The right to read a file is the right to read a message that names it, asked through the
 * same gate as the message itself; a file has no rights of its own that could differ.
 *
 * On the disk: the bytes of a file are there before the row that names them is committed,
 * and go after the row that named them was. A crash between leaves bytes without a row,
 * never a row without its bytes.
 */
#include "server/core/upload.h"

#include <stdio.h>
#include <string.h>

#include "server/core/account.h"
#include "server/core/post.h"

#define UNSENT_MS    86400000 /* what is not sent within a day is collected */
#define LINKS_MOST   64 /* messages that are asked about one file, the newest first */
#define COLLECT_STEP 32 /* files of one transaction: a few milliseconds */

enum err upload_usage(struct store *store, const struct actor *actor,
		      const struct upload_limits *limits, uint64_t *ret_used,
		      uint64_t *ret_quota)
{
	struct account_row account;
	int64_t quota = 0;
	enum err err = account_own(store, actor, &account);

	if (err == ERR_OK)
		err = store_file_usage(store, account.key, ret_used, &quota);
	if (err == ERR_OK)
		*ret_quota = quota >= 0 ? (uint64_t)quota : limits->quota;
	return err;
}

enum err upload_new(struct store *store, const struct actor *actor, struct bytes name,
		    uint64_t size, const struct upload_limits *limits,
		    struct upload_row *ret_row)
{
	AUTO(str_done) struct str clean = STR_INIT;
	struct upload_row row = {.note = {.id = store_draw_id(store), .size = size}};
	struct account_row account;
	uint64_t used = 0, quota = 0;
	enum err err = actor->scope & SCOPE_WRITE ? account_own(store, actor, &account)
						  : ERR_FORBIDDEN;

	if (err == ERR_OK)
		err = upload_usage(store, actor, limits, &used, &quota);
	if (err != ERR_OK)
		return err;
	if (size > limits->most)
		return ERR_TOO_BIG;
	if (quota && (used > quota || size > quota - used))
		return ERR_QUOTA;
	filename_clean(name, &clean);
	snprintf(row.note.name, sizeof(row.note.name), "%s", clean.ptr);
	row.account = account.key;
	row.created_ms = store_now(store);
	row.expires_ms = row.created_ms + UNSENT_MS;
	err = store_upload_add(store, account.key, &row.note, row.expires_ms);
	if (err == ERR_OK)
		err = store_upload_get(store, &row.note.id, ret_row);
	return err;
}

enum err upload_own(struct store *store, const struct actor *actor, const struct id *id,
		    struct upload_row *ret_row)
{
	struct account_row account;
	struct upload_row row;
	enum err err = account_own(store, actor, &account);

	if (err == ERR_OK)
		err = store_upload_get(store, id, &row);
	if (err == ERR_OK && row.account != account.key)
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		*ret_row = row;
	return err;
}

enum err upload_rest(const struct upload_row *row, uint64_t offset, struct bytes *data)
{
	if (offset > row->received)
		return ERR_STATE;
	if (data->len > row->note.size - offset)
		return ERR_TOO_BIG;
	uint64_t known = row->received - offset;
	if (known > data->len)
		known = data->len;
	if (known > 0) /* an empty piece has no place to count from */
		*data = bytes_of(data->ptr + known, data->len - (size_t)known);
	return ERR_OK;
}

enum err upload_move(struct store *store, struct upload_row *row, uint64_t to)
{
	uint64_t expires_ms = store_now(store) + UNSENT_MS;
	enum err err = store_upload_move(store, row->key, row->received, to, expires_ms);

	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? ERR_STATE : err;
	row->received = to;
	row->expires_ms = expires_ms;
	return ERR_OK;
}

enum err upload_finish(struct store *store, const char *folder, struct upload_row *row,
		       const char *path, const char *type)
{
	bool fresh = false;
	enum err err =
		store_blob_use(store, row->hash, row->note.size, &row->blob, &fresh);

	if (err == ERR_OK && fresh)
		err = blob_link(folder, row->hash, path);
	if (err == ERR_OK)
		err = store_upload_end(store, row->key, row->blob, type);
	snprintf(row->note.type, sizeof(row->note.type), "%s", type);
	return err;
}

enum err upload_drop(struct store *store, const struct actor *actor, const struct id *id)
{
	struct upload_row row;
	struct id gone;
	enum err err = actor->scope & SCOPE_WRITE ? upload_own(store, actor, id, &row)
						  : ERR_FORBIDDEN;

	/* What a message names goes with it; pictures of people have no end either. */
	if (err == ERR_OK && row.expires_ms == 0)
		err = ERR_STATE;
	return err == ERR_OK ? store_file_forget(store, row.key, &gone) : err;
}

/* ---- who may read ---- */

struct cids {
	struct id ids[LINKS_MOST];
	size_t count;
};

static enum err on_link(const struct id *cid, void *ctx)
{
	struct cids *cids = ctx;

	cids->ids[cids->count++] = *cid;
	return ERR_OK;
}

static enum err may_read_message(struct store *store, const struct actor *actor,
				 const struct cids *cids)
{
	enum err err = ERR_NOT_FOUND;

	for (size_t i = 0; i < cids->count && err != ERR_OK; i++) {
		struct event_row event = {0};
		err = post_get(store, actor, &cids->ids[i], &event);
		event_done(&event);
		if (err == ERR_STORE || err == ERR_BUSY || err == ERR_CORRUPT)
			break;
	}
	return err;
}

enum err file_may_read(struct store *store, const struct actor *actor,
		       const struct id *id, struct upload_row *ret_row)
{
	struct account_row account;
	struct upload_row row;
	struct cids cids = {.count = 0};
	enum err err = actor->scope & SCOPE_READ ? account_own(store, actor, &account)
						 : ERR_FORBIDDEN;

	if (err == ERR_OK)
		err = store_upload_get(store, id, &row);
	if (err != ERR_OK)
		return err;
	bool own = row.account == account.key && row.expires_ms != 0;
	if (!own) {
		err = store_file_links(store, row.key, account.key, LINKS_MOST, on_link,
				       &cids);
		if (err == ERR_OK)
			err = may_read_message(store, actor, &cids);
	}
	if (err == ERR_OK && row.blob == 0)
		err = ERR_STATE;
	if (err == ERR_OK)
		*ret_row = row;
	return err;
}

/* ---- what nobody names any more ---- */

enum err upload_collect(struct store *store, const char *folder, size_t *ret_count)
{
	int64_t keys[COLLECT_STEP];
	enum err err = store_file_waste(store, keys, COLLECT_STEP, ret_count);

	for (size_t i = 0; i < *ret_count && err == ERR_OK; i++) {
		struct id id;
		err = store_file_forget(store, keys[i], &id);
		if (err != ERR_OK)
			break;
		/* Should the row come back after all, its upload begins again. */
		blob_part_remove(folder, &id);
	}
	return err;
}

/* The bytes go first: a row without a use of which they are gone already writes them again
 * when it gets one. */
static enum err remove_blobs(struct store *store, const char *folder, size_t *ret_count)
{
	struct blob_waste blobs[COLLECT_STEP];
	enum err err = store_blob_waste(store, blobs, COLLECT_STEP, ret_count);

	for (size_t i = 0; i < *ret_count && err == ERR_OK; i++) {
		blob_remove(folder, blobs[i].hash);
		err = store_blob_forget(store, blobs[i].key);
	}
	return err;
}

enum err upload_collect_blobs(struct store *store, const char *folder, size_t *ret_count)
{
	enum err err = store_begin(store);

	if (err != ERR_OK)
		return err;
	err = remove_blobs(store, folder, ret_count);
	if (err == ERR_OK)
		return store_commit(store);
	store_rollback(store);
	return err;
}
