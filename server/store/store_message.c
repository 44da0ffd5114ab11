/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens to a message after it was appended: edits, deletion, reactions, pins,
 * threads, mentions, files. The event that says so is appended by the caller.
 */
#include "common/base/mem.h"
#include "server/store/store_event.h"
#include "server/store/store_search.h"
#include "server/store/store_upload.h"

void event_brief_done(struct event_brief *brief)
{
	mem_free((void *)(uintptr_t)brief->body.ptr);
	*brief = (struct event_brief){0};
}

static enum err on_brief(const struct value *col, void *ctx)
{
	*(struct event_brief *)ctx = (struct event_brief){
		.key = col_int(&col[0]),
		.seq = (uint64_t)col_int(&col[1]),
		.kind = (enum event_kind)col_int(&col[2]),
		.sender = col_int(&col[3]),
		.ts = (uint64_t)col_int(&col[4]),
		.deleted = col[5].kind != VALUE_NULL,
		.edited_seq = (uint64_t)col_int(&col[6]),
		.body = col_dup(&col[7]),
		.thread = col_id(&col[8]),
		.room = col_int(&col[9]),
	};
	return ERR_OK;
}

enum err store_event_brief(struct store *store, const struct id *cid,
			   struct event_brief *ret)
{
	return store_one(store, STMT_event_brief, VALUES(value_id(cid)), on_brief, ret);
}

/* The text of an edit stands in its target; the edit's own copy serves those who have the
 * target already, and only the newest is of use to them. */
static enum err drop_edit(struct store *store, const struct event_brief *brief)
{
	if (!brief->edited_seq)
		return ERR_OK;
	return store_run(
		store, STMT_event_drop_body,
		VALUES(value_int(brief->room), value_int((int64_t)brief->edited_seq)),
		NULL, NULL);
}

enum err store_event_edit(struct store *store, const struct event_brief *brief,
			  uint64_t seq, struct bytes body)
{
	uint64_t before = brief->edited_seq ? brief->edited_seq : brief->seq;
	enum err err = store_run(store, STMT_version_add,
				 VALUES(value_int(brief->key), value_int((int64_t)before),
					value_int((int64_t)store_now(store)),
					value_text(brief->body)),
				 NULL, NULL);

	if (!err)
		err = drop_edit(store, brief);
	if (!err)
		err = store_search_change(store, brief->key, brief->body, body);
	if (err)
		return err;
	return store_run(
		store, STMT_event_set_body,
		VALUES(value_int(brief->key), value_text(body), value_int((int64_t)seq)),
		NULL, NULL);
}

enum err store_event_erase(struct store *store, const struct event_brief *brief)
{
	static const enum stmt drops[] = {STMT_version_drop, STMT_reaction_drop,
					  STMT_pin_drop, STMT_event_file_drop};
	struct value key = value_int(brief->key);
	enum err err = drop_edit(store, brief);

	if (!err)
		err = store_file_let_go(store, brief->key);
	if (!err)
		err = store_search_change(store, brief->key, brief->body,
					  bytes_of(NULL, 0));
	for (size_t i = 0; i < ARRAY_LEN(drops) && !err; i++)
		err = store_run(store, drops[i], &key, 1, NULL, NULL);
	if (!err)
		err = store_run(
			store, STMT_mention_drop,
			VALUES(value_int(brief->room), value_int((int64_t)brief->seq)),
			NULL, NULL);
	if (err)
		return err;
	return store_run(store, STMT_event_set_gone,
			 VALUES(key, value_int((int64_t)store_now(store))), NULL, NULL);
}

enum err store_reaction_add(struct store *store, int64_t event, int64_t account,
			    struct bytes emoji, uint64_t ts)
{
	return store_run(store, STMT_reaction_add,
			 VALUES(value_int(event), value_int(account), value_text(emoji),
				value_int((int64_t)ts)),
			 NULL, NULL);
}

enum err store_reaction_remove(struct store *store, int64_t event, int64_t account,
			       struct bytes emoji)
{
	return store_one(store, STMT_reaction_remove,
			 VALUES(value_int(event), value_int(account), value_text(emoji)),
			 NULL, NULL);
}

struct reaction_visitor {
	store_reaction_fn *visit;
	void *ctx;
};

static enum err on_reaction(const struct value *col, void *ctx)
{
	struct reaction_visitor *visitor = ctx;
	struct id user = col_id(&col[1]);

	return visitor->visit(col_bytes(&col[0]), &user, (uint64_t)col_int(&col[2]),
			      visitor->ctx);
}

enum err store_reaction_list(struct store *store, int64_t event, size_t skip,
			     size_t limit, store_reaction_fn *visit, void *ctx)
{
	struct reaction_visitor visitor = {visit, ctx};

	return store_run(store, STMT_reaction_list,
			 VALUES(value_int(event), value_int((int64_t)limit),
				value_int((int64_t)skip)),
			 on_reaction, &visitor);
}

struct version_visitor {
	store_version_fn *visit;
	void *ctx;
};

static enum err on_version(const struct value *col, void *ctx)
{
	struct version_visitor *visitor = ctx;

	return visitor->visit((uint64_t)col_int(&col[0]), (uint64_t)col_int(&col[1]),
			      col_bytes(&col[2]), visitor->ctx);
}

enum err store_version_list(struct store *store, int64_t event, size_t skip, size_t limit,
			    store_version_fn *visit, void *ctx)
{
	struct version_visitor visitor = {visit, ctx};

	return store_run(store, STMT_version_list,
			 VALUES(value_int(event), value_int((int64_t)limit),
				value_int((int64_t)skip)),
			 on_version, &visitor);
}

enum err store_pin_add(struct store *store, int64_t room, int64_t event, int64_t by,
		       uint64_t ts)
{
	return store_run(store, STMT_pin_add,
			 VALUES(value_int(room), value_int(event), value_int(by),
				value_int((int64_t)ts)),
			 NULL, NULL);
}

enum err store_pin_remove(struct store *store, int64_t room, int64_t event)
{
	return store_one(store, STMT_pin_remove,
			 VALUES(value_int(room), value_int(event)), NULL, NULL);
}

enum err store_thread_reply(struct store *store, int64_t room, int64_t root, uint64_t seq,
			    uint64_t ts)
{
	return store_run(store, STMT_thread_reply,
			 VALUES(value_int(root), value_int(room), value_int((int64_t)seq),
				value_int((int64_t)ts)),
			 NULL, NULL);
}

enum err store_mention_add(struct store *store, int64_t room, const struct id *user,
			   uint64_t seq, int64_t sender, int64_t *ret_account)
{
	int64_t account = 0;
	enum err err = store_num(store, STMT_mention_add,
				 VALUES(value_int(room), value_id(user),
					value_int((int64_t)seq), value_int(sender)),
				 &account);

	if (err && err != ERR_NOT_FOUND)
		return err;
	*ret_account = account;
	return ERR_OK;
}

enum err store_mention_all(struct store *store, int64_t room, uint64_t seq,
			   int64_t sender)
{
	return store_run(
		store, STMT_mention_all,
		VALUES(value_int(room), value_int((int64_t)seq), value_int(sender)), NULL,
		NULL);
}
