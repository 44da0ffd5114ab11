/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is there: one user, several by id, by the beginning of a name, all. */
#include "common/base/mem.h"
#include "server/core/show.h"
#include "server/rest/call.h"
#include "server/rest/find.h"
#include "server/store/store_account.h"
#include "server/store/store_member.h"

static enum err user_work(struct call *call, struct store *store)
{
	const struct body_user_ref *args = call->args;
	struct user_row row;
	struct body_user body;
	struct id id;
	enum err err = find_user(call, store, args->user, &id);

	if (err != ERR_OK)
		return err;
	err = store_user_by_id(store, &id, &row);
	if (err == ERR_OK && row.state == ACCOUNT_UNVERIFIED)
		err = ERR_NO_USER;
	if (err != ERR_OK)
		return call_blame(call, err == ERR_NOT_FOUND ? ERR_NO_USER : err, "user",
				  NULL);
	show_user(&row, &body);
	call_answer(call, &body);
	return ERR_OK;
}

enum err rest_user_get(struct call *call)
{
	return call_read(call, user_work, NULL);
}

static void answer_users(struct call *call, const struct user_row *rows, size_t count,
			 bool more)
{
	struct body_user *users = mem_alloc(count + 1, sizeof(*users));

	for (size_t i = 0; i < count; i++)
		show_user(&rows[i], &users[i]);
	call_answer(call, &(struct body_user_list){
				  .users = users,
				  .users_count = count,
				  .cursor = more ? bytes_text(rows[count - 1].name)
						 : bytes_of(NULL, 0),
				  .complete = !more,
			  });
	mem_free(users);
}

static enum err search_work(struct call *call, struct store *store)
{
	const struct body_users *args = call->args;
	struct user_list list;
	enum err err = store_user_search(store, args->prefix, args->cursor,
					 call_limit(args->limit, 50, LIMIT_LIST), &list);

	if (err != ERR_OK)
		return err;
	answer_users(call, list.rows, list.count, list.more);
	user_list_done(&list);
	return ERR_OK;
}

enum err rest_users(struct call *call)
{
	const struct body_users *args = call->args;
	enum directory policy = call->server->config.directory;

	if (policy == DIRECTORY_OFF ||
	    (policy == DIRECTORY_SEARCH && args->prefix.len == 0))
		return call_blame(call, ERR_FORBIDDEN, "prefix",
				  N_("this server does not list its users"));
	return call_read(call, search_work, NULL);
}

static enum err lookup_work(struct call *call, struct store *store)
{
	const struct body_users_lookup *args = call->args;
	struct user_row *rows = mem_alloc(args->users_count + 1, sizeof(*rows));
	size_t count = 0;
	enum err err = ERR_OK;

	for (size_t i = 0; i < args->users_count && err == ERR_OK; i++) {
		err = store_user_by_id(store, &args->users[i], &rows[count]);
		if (err == ERR_OK && rows[count].state != ACCOUNT_UNVERIFIED)
			count++;
		if (err == ERR_NOT_FOUND || err == ERR_NO_USER)
			err = ERR_OK; /* what is not there is not in the list */
	}
	if (err == ERR_OK)
		answer_users(call, rows, count, false);
	mem_free(rows);
	return err;
}

enum err rest_users_lookup(struct call *call)
{
	return call_read(call, lookup_work, NULL);
}
