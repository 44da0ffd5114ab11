/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit log: its owner's part, all of it for whoever runs the server, and its check.
 * A page is at most LIMIT_LIST rows, a slice of a check CHECK_MOST: readers are few.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "server/core/audit.h"
#include "server/core/show.h"
#include "server/rest/answer.h"
#include "server/rest/find.h"

#define CHECK_MOST 20000

struct page {
	struct store *store;
	struct audit_row *rows;
	char (*names)[2][LIMIT_NAME + 1]; /* of object and actor */
	size_t count;
};

static const char *by_word(int by)
{
	switch (by) {
	case AUDIT_BY_USER: return "user";
	case AUDIT_BY_OPERATOR: return "operator";
	case AUDIT_BY_SERVER: return "server";
	default: return "nobody";
	}
}

static enum err keep_row(const struct audit_row *row, void *ctx)
{
	struct page *page = ctx;

	page->rows[page->count++] = *row;
	return ERR_OK;
}

static enum err find_name(struct store *store, const struct id *user,
			  char name[LIMIT_NAME + 1])
{
	struct account_row account;

	if (id_is_zero(user))
		return ERR_OK;
	enum err err = store_account_by_id(store, user, &account);
	if (err == ERR_OK)
		memcpy(name, account.name, sizeof(account.name));
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static void fill(const struct page *page, size_t at, struct body_audit_entry *body)
{
	const struct audit_row *row = &page->rows[at];

	*body = (struct body_audit_entry){
		.number = (uint64_t)row->key,
		.ts = row->ts,
		.verb = bytes_text(row->verb),
		.by = bytes_text(by_word(row->by)),
		.user = row->object,
		.name = show_text(page->names[at][0]),
		.actor = row->actor,
		.actor_name = show_text(page->names[at][1]),
		.detail = show_text(row->detail),
		.place = show_text(row->address),
	};
}

/* A page, and the cursor of the next: the number of the last row. */
static enum err answer_page(struct call *call, struct page *page, size_t limit)
{
	struct body_audit_entry *bodies = mem_alloc(page->count + 1, sizeof(*bodies));
	char cursor[24] = "";
	enum err err = ERR_OK;

	for (size_t i = 0; i < page->count && err == ERR_OK; i++) {
		err = find_name(page->store, &page->rows[i].object, page->names[i][0]);
		if (err == ERR_OK)
			err = find_name(page->store, &page->rows[i].actor,
					page->names[i][1]);
		fill(page, i, &bodies[i]);
	}
	if (page->count == limit)
		snprintf(cursor, sizeof(cursor), "%" PRId64,
			 page->rows[page->count - 1].key);
	if (err == ERR_OK)
		call_answer(call,
			    &(struct body_audit_page){.entries = bodies,
						      .entries_count = page->count,
						      .cursor = show_text(cursor),
						      .complete = page->count < limit});
	mem_free(bodies);
	return err;
}

static enum err read_page(struct call *call, struct store *store, const struct id *object,
			  size_t limit, struct bytes cursor)
{
	struct page page = {.store = store};
	char text[LIMIT_CURSOR + 1] = "";
	int64_t before = 0;

	if (cursor.len) {
		char *end;
		memcpy(text, cursor.ptr, cursor.len);
		before = strtoll(text, &end, 10);
		if (*end || before <= 0)
			return call_blame(call, ERR_BAD, "cursor", NULL);
	}
	page.rows = mem_alloc(limit, sizeof(*page.rows));
	page.names = mem_alloc(limit, sizeof(*page.names));
	enum err err = store_audit_list(store, object, before, limit, keep_row, &page);
	if (err == ERR_OK)
		err = answer_page(call, &page, limit);
	mem_free(page.names);
	mem_free(page.rows);
	return err;
}

static enum err own_work(struct call *call, struct store *store)
{
	const struct body_list *args = call->args;

	if (!(call->actor.scope & SCOPE_ACCOUNT))
		return ERR_FORBIDDEN;
	return read_page(call, store, &call->actor.user,
			 call_limit(args->limit, 50, LIMIT_LIST), args->cursor);
}

enum err rest_auth_audit(struct call *call)
{
	return call_read(call, own_work, NULL);
}

static enum err all_work(struct call *call, struct store *store)
{
	const struct body_audit_ask *args = call->args;
	size_t limit = call_limit(args->limit, 50, LIMIT_LIST);
	struct id user;

	if (!args->user.len)
		return read_page(call, store, NULL, limit, args->cursor);
	enum err err = find_user(call, store, args->user, &user);
	if (err == ERR_NO_USER)
		return call_blame(call, err, "user", NULL);
	return err == ERR_OK ? read_page(call, store, &user, limit, args->cursor) : err;
}

enum err rest_admin_audit(struct call *call)
{
	return call_read(call, all_work, NULL);
}

/* ---- the check ---- */

static enum err keep_hash(const struct audit_row *row, void *ctx)
{
	struct audit_check *check = ctx;

	check->last = row->key;
	memcpy(check->hash, row->hash, sizeof(check->hash));
	return ERR_OK;
}

static void write_hash(const struct audit_check *check, char text[2 * AUDIT_HASH_LEN + 1])
{
	for (size_t i = 0; i < AUDIT_HASH_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", check->hash[i]);
}

/* Go on behind row @after, whose hash the slice before has found right. */
static enum err check_work(struct call *call, struct store *store)
{
	const struct body_audit_slice *args = call->args;
	struct audit_check check = {0};
	char hash[2 * AUDIT_HASH_LEN + 1] = "";
	enum err err = ERR_OK;

	if (args->after > INT64_MAX)
		return call_blame(call, ERR_BAD, "after", NULL);
	if (args->after)
		err = store_audit_walk(store, (int64_t)args->after - 1, 1, keep_hash,
				       &check);
	if (err == ERR_OK && (uint64_t)check.last != args->after)
		return call_blame(call, ERR_NOT_FOUND, "after", NULL);
	if (err == ERR_OK)
		err = audit_check(store, CHECK_MOST, &check);
	if (err != ERR_OK)
		return err;
	write_hash(&check, hash);
	call_answer(call, &(struct body_audit_state){.last = (uint64_t)check.last,
						     .hash = bytes_text(hash),
						     .broken = (uint64_t)check.broken,
						     .complete = check.complete});
	return ERR_OK;
}

enum err rest_admin_audit_check(struct call *call)
{
	return call_read(call, check_work, NULL);
}
