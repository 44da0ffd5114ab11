/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checks as rows of a table: a statement that answers with what is wrong, and the sentence
 * for it. None of them repairs; what a counter should be is said, and a backup is what
 * helps.
 */
#include "server/store/store_check.h"

#include "common/base/mem.h"
#include "server/store/row.h"

#define BLOB_STEP 500 /* files per read */

struct rule {
	enum stmt stmt;
	const char *what;           /* "room", "user" */
	const char *is, *should_be; /* before the two numbers */
};

static const struct rule rules[] = {
	{STMT_check_room_dense, "room", "events", "numbers in its sequence"},
	{STMT_check_room_head, "room", "head", "newest event"},
	{STMT_check_room_ord, "room", "unread-worthy events", "the newest event's count"},
	{STMT_check_room_order, "room", "older than the one before it is event",
	 "which is event"},
	{STMT_check_room_members, "room", "members as counted", "members there"},
	{STMT_check_member_read, "room", "somebody has read up to", "head"},
	{STMT_check_thread_replies, "room", "replies of a thread as counted",
	 "replies there"},
	{STMT_check_account_log, "user", "head of the log", "newest entry"},
	{STMT_check_account_files, "user", "bytes of files as counted", "bytes there"},
	{STMT_check_blob_refs, "file", "uses as counted", "uses there"},
};

struct finding {
	const struct rule *rule;
	found_fn *found;
	void *ctx;
	bool any;
};

/* Names as they are; ids of 16 bytes in their text form; hashes as digits. */
static void add_whose(struct str *out, const struct value *col)
{
	struct bytes bytes = col_bytes(col);

	if (col->kind == VALUE_TEXT) {
		str_add_len(out, (const char *)bytes.ptr, bytes.len);
	} else if (bytes.len == ID_LEN) {
		struct id id = col_id(col);
		str_add(out, id_text(&id).text);
	} else {
		for (size_t i = 0; i < bytes.len; i++)
			str_addf(out, "%02x", bytes.ptr[i]);
	}
}

static enum err on_finding(const struct value *cols, void *ctx)
{
	struct finding *finding = ctx;
	AUTO(str_done) struct str text = STR_INIT;

	str_addf(&text, "%s ", finding->rule->what);
	add_whose(&text, &cols[0]);
	str_addf(&text, ": %s: %lld, %s: %lld", finding->rule->is,
		 (long long)col_int(&cols[1]), finding->rule->should_be,
		 (long long)col_int(&cols[2]));
	finding->any = true;
	finding->found(text.ptr, finding->ctx);
	return ERR_OK;
}

enum err store_check_rows(struct store *store, found_fn *found, void *ctx)
{
	struct finding finding = {.found = found, .ctx = ctx};
	enum err err = ERR_OK;

	for (size_t i = 0; i < ARRAY_LEN(rules) && !err; i++) {
		finding.rule = &rules[i];
		err = store_run(store, rules[i].stmt, NO_VALUES, on_finding, &finding);
	}
	if (!err && finding.any)
		err = ERR_CORRUPT;
	return err;
}

/* ---- files ---- */

struct blobs {
	blob_fn *fn;
	void *ctx;
	struct buf last;
	size_t count;
};

static enum err on_blob(const struct value *cols, void *ctx)
{
	struct blobs *blobs = ctx;
	struct blob_row blob = {.hash = col_bytes(&cols[0]),
				.size = (uint64_t)col_int(&cols[1])};

	buf_clear(&blobs->last);
	buf_add_bytes(&blobs->last, blob.hash);
	blobs->count++;
	blobs->fn(&blob, blobs->ctx);
	return ERR_OK;
}

enum err store_blob_each(struct store *store, blob_fn *fn, void *ctx)
{
	struct blobs blobs = {.fn = fn, .ctx = ctx, .last = BUF_INIT};
	enum err err;

	do {
		AUTO(buf_done) struct buf from = BUF_INIT;
		buf_room(&from, 1); /* an empty BLOB is not NULL */
		buf_add_bytes(&from, buf_view(&blobs.last));
		blobs.count = 0;
		err = store_run(store, STMT_blob_list,
				VALUES(value_blob(bytes_of(from.ptr, from.len)),
				       value_int(BLOB_STEP)),
				on_blob, &blobs);
	} while (!err && blobs.count == BLOB_STEP);
	buf_done(&blobs.last);
	return err;
}

void blob_path(struct bytes hash, struct str *out)
{
	str_addf(out, "%02x/", hash.len ? hash.ptr[0] : 0);
	for (size_t i = 0; i < hash.len; i++)
		str_addf(out, "%02x", hash.ptr[i]);
}

/* ---- what there is ---- */

static enum err on_accounts(const struct value *cols, void *ctx)
{
	struct store_stats *stats = ctx;
	uint64_t count = (uint64_t)col_int(&cols[2]);

	switch ((enum account_state)col_int(&cols[0])) {
	case ACCOUNT_UNVERIFIED: stats->unverified += count; return ERR_OK;
	case ACCOUNT_SUSPENDED: stats->suspended += count; return ERR_OK;
	case ACCOUNT_DELETED: stats->deleted += count; return ERR_OK;
	case ACCOUNT_ACTIVE: break;
	}
	switch ((enum account_kind)col_int(&cols[1])) {
	case ACCOUNT_PERSON: stats->people += count; break;
	case ACCOUNT_BOT: stats->bots += count; break;
	case ACCOUNT_GUEST: stats->guests += count; break;
	case ACCOUNT_SYSTEM: break;
	}
	return ERR_OK;
}

static enum err on_rooms(const struct value *cols, void *ctx)
{
	struct store_stats *stats = ctx;
	uint64_t count = (uint64_t)col_int(&cols[1]);

	switch ((enum room_kind)col_int(&cols[0])) {
	case ROOM_DIRECT: stats->direct = count; break;
	case ROOM_PRIVATE: stats->private = count; break;
	case ROOM_PUBLIC: stats->public = count; break;
	case ROOM_BROADCAST: stats->broadcast = count; break;
	}
	return ERR_OK;
}

static enum err on_events(const struct value *cols, void *ctx)
{
	struct store_stats *stats = ctx;

	stats->events = (uint64_t)col_int(&cols[0]);
	stats->oldest_ms = (uint64_t)col_int(&cols[1]);
	stats->newest_ms = (uint64_t)col_int(&cols[2]);
	return ERR_OK;
}

static enum err on_blobs(const struct value *cols, void *ctx)
{
	struct store_stats *stats = ctx;

	stats->blobs = (uint64_t)col_int(&cols[0]);
	stats->blob_bytes = (uint64_t)col_int(&cols[1]);
	return ERR_OK;
}

enum err store_stats(struct store *store, struct store_stats *ret_stats)
{
	struct store_stats stats = {0};
	int64_t num = 0;
	enum err err =
		store_run(store, STMT_stats_accounts, NO_VALUES, on_accounts, &stats);

	if (!err)
		err = store_run(store, STMT_stats_rooms, NO_VALUES, on_rooms, &stats);
	if (!err)
		err = store_run(store, STMT_stats_events, NO_VALUES, on_events, &stats);
	if (!err)
		err = store_run(store, STMT_stats_blobs, NO_VALUES, on_blobs, &stats);
	if (!err)
		err = store_num(store, STMT_stats_sessions,
				VALUES(value_int((int64_t)store_now(store))), &num);
	stats.sessions = (uint64_t)num;
	if (!err)
		err = store_num(store, STMT_stats_mail, NO_VALUES, &num);
	stats.letters = (uint64_t)num;
	if (!err)
		err = store_num(store, STMT_meta_get,
				VALUES(value_text(bytes_text("schema"))), &num);
	stats.schema = (uint64_t)num;
	if (!err)
		err = store->driver->size(store->db, &stats.size);
	if (!err)
		*ret_stats = stats;
	return err;
}
