/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files but their bytes: announced, listed, looked at, let go. How bytes come in stands in
 * file_append.c, how they go out in file_data.c.
 */
#include "server/rest/files.h"

#include "server/core/account.h"
#include "server/core/cursor.h"

void files_folder(const struct call *call, struct str *path)
{
	str_addf(path, "%s/files", call->server->config.data_dir);
}

struct upload_limits files_limits(const struct call *call)
{
	const struct server_config *config = &call->server->config;

	return (struct upload_limits){config->file_most, config->file_quota};
}

struct body_file files_body(const struct upload_row *row)
{
	return (struct body_file){
		.file = row->note.id,
		.name = bytes_text(row->note.name),
		.size = row->note.size,
		.received = row->received,
		.whole = row->blob != 0,
		.media = row->blob ? bytes_text(row->note.type) : bytes_of(NULL, 0),
		.sha256 = row->blob ? bytes_of(row->hash, BLOB_HASH_LEN)
				    : bytes_of(NULL, 0),
		.sent = row->expires_ms == 0,
		.created_ms = row->created_ms,
		.expires_ms = row->expires_ms,
	};
}

/* ---- announce ---- */

static enum err create_work(struct call *call, struct store *store)
{
	const struct body_file_new *args = call->args;
	const struct upload_limits *limits = call->data;
	struct upload_row row;
	enum err err =
		upload_new(store, &call->actor, args->name, args->size, limits, &row);

	if (err == ERR_TOO_BIG || err == ERR_QUOTA)
		return call_blame(call, err, "size", NULL);
	if (err != ERR_OK)
		return err;
	struct body_file body = files_body(&row);
	call_answer(call, &body);
	return ERR_OK;
}

enum err rest_file_create(struct call *call)
{
	struct upload_limits *limits = call_data(call, sizeof(*limits), NULL);

	if (call->server->disk_low)
		return ERR_STORE;
	*limits = files_limits(call);
	return call_write(call, create_work, NULL);
}

/* ---- look ---- */

static enum err get_work(struct call *call, struct store *store)
{
	const struct body_file_ref *args = call->args;
	struct upload_row row;
	enum err err = upload_own(store, &call->actor, &args->file, &row);

	if (err == ERR_NOT_FOUND)
		err = file_may_read(store, &call->actor, &args->file, &row);
	if (err != ERR_OK)
		return err == ERR_NOT_FOUND ? call_blame(call, err, "file", NULL) : err;
	struct body_file body = files_body(&row);
	call_answer(call, &body);
	return ERR_OK;
}

enum err rest_file_get(struct call *call)
{
	return call_read(call, get_work, NULL);
}

struct page {
	struct upload_row rows[LIMIT_LIST + 1];
	struct body_file files[LIMIT_LIST];
	size_t count;
};

static enum err on_row(const struct upload_row *row, void *ctx)
{
	struct page *page = ctx;

	page->rows[page->count++] = *row;
	return ERR_OK;
}

static enum err list_work(struct call *call, struct store *store)
{
	const struct body_list *args = call->args;
	struct page *page = call->data;
	size_t limit = call_limit(args->limit, LIMIT_LIST / 4, LIMIT_LIST);
	AUTO(str_done) struct str cursor = STR_INIT;
	struct account_row account;
	int64_t before = INT64_MAX;

	if (args->cursor.len &&
	    cursor_open(&call->server->keys, args->cursor, &before) != ERR_OK)
		return call_blame(call, ERR_BAD, "cursor", NULL);
	enum err err = call->actor.scope & SCOPE_READ
			       ? account_own(store, &call->actor, &account)
			       : ERR_FORBIDDEN;
	if (err == ERR_OK)
		err = store_upload_list(store, account.key, before, limit + 1, on_row,
					page);
	if (err != ERR_OK)
		return err;
	bool more = page->count > limit;
	size_t count = more ? limit : page->count;
	for (size_t i = 0; i < count; i++)
		page->files[i] = files_body(&page->rows[i]);
	if (more)
		cursor_seal(&call->server->keys, page->rows[count - 1].key, &cursor);
	call_answer(call, &(struct body_files){
				  .files = page->files,
				  .files_count = count,
				  .cursor = more ? str_view(&cursor) : bytes_of(NULL, 0),
				  .complete = !more,
			  });
	return ERR_OK;
}

enum err rest_files(struct call *call)
{
	(void)call_data(call, sizeof(struct page), NULL);
	return call_read(call, list_work, NULL);
}

static enum err quota_work(struct call *call, struct store *store)
{
	const struct upload_limits *limits = call->data;
	struct body_file_quota body = {.file_most = limits->most, .chunk = LIMIT_CHUNK};
	enum err err = upload_usage(store, &call->actor, limits, &body.used, &body.quota);

	if (err == ERR_OK)
		call_answer(call, &body);
	return err;
}

enum err rest_file_quota(struct call *call)
{
	struct upload_limits *limits = call_data(call, sizeof(*limits), NULL);

	*limits = files_limits(call);
	return call_read(call, quota_work, NULL);
}

/* ---- let go ---- */

static enum err delete_work(struct call *call, struct store *store)
{
	const struct body_file_ref *args = call->args;
	enum err err = upload_drop(store, &call->actor, &args->file);

	if (err == ERR_STATE)
		return call_blame(call, err, "file",
				  N_("a message names it; delete the message"));
	return err == ERR_NOT_FOUND ? call_blame(call, err, "file", NULL) : err;
}

enum err rest_file_delete(struct call *call)
{
	return call_write(call, delete_work, NULL);
}
