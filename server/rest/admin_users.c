/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts and their sessions, for the administration: `admin` routes, whose actor the
 * router has checked. What is done stands in core/steward.h and core/farewell.h.
 */
#include "common/base/log.h"
#include "common/base/mem.h"
#include "server/core/cursor.h"
#include "server/core/farewell.h"
#include "server/core/show.h"
#include "server/core/steward.h"
#include "server/rest/answer.h"
#include "server/rest/ended.h"
#include "server/rest/find.h"

static const char *const state_words[] = {
	[ACCOUNT_ACTIVE] = "active",
	[ACCOUNT_UNVERIFIED] = "unverified",
	[ACCOUNT_SUSPENDED] = "suspended",
	[ACCOUNT_DELETED] = "deleted",
};
static const char *const kind_names[] = {
	[ACCOUNT_PERSON] = "person",
	[ACCOUNT_BOT] = "bot",
	[ACCOUNT_GUEST] = "guest",
	[ACCOUNT_SYSTEM] = "server",
};

static void show(const struct account_row *row, struct body_account *body)
{
	*body = (struct body_account){
		.id = row->id,
		.name = bytes_text(row->name),
		.display_name = show_text(row->display),
		.kind = bytes_text(kind_names[row->kind]),
		.state = bytes_text(state_words[row->state]),
		.admin = row->rights & SERVER_ADMIN,
		.broadcast = row->rights & SERVER_BROADCAST,
		.email = show_text(row->email),
		.email_verified = row->email_verified,
		.password = row->password[0] != '\0',
		.totp = row->totp,
		.made_ts = row->created_ms,
		.used_ts = row->seen_ms,
	};
}

/* ---- list and show ---- */

static bool read_state(struct bytes word, enum account_state *ret_state)
{
	*ret_state = 0;
	for (size_t i = 1; i < ARRAY_LEN(state_words) && !*ret_state; i++) {
		if (bytes_equal(word, bytes_text(state_words[i])))
			*ret_state = (enum account_state)i;
	}
	return word.len == 0 || *ret_state;
}

static enum err list_work(struct call *call, struct store *store)
{
	const struct body_accounts_ask *args = call->args;
	struct account_filter filter = {
		.text = args->q,
		.admins = args->admins,
		.bots = args->bots,
		.after = args->cursor,
	};
	struct account_list list;

	if (!read_state(args->state, &filter.state))
		return call_blame(call, ERR_BAD, "state", NULL);
	enum err err = store_account_list(store, &filter,
					  call_limit(args->limit, 50, LIMIT_LIST), &list);
	if (err != ERR_OK)
		return err;
	struct body_account *rows = mem_alloc(list.count + 1, sizeof(*rows));
	for (size_t i = 0; i < list.count; i++)
		show(&list.rows[i], &rows[i]);
	call_answer(call,
		    &(struct body_account_page){
			    .accounts = rows,
			    .accounts_count = list.count,
			    .cursor = list.more
					      ? bytes_text(list.rows[list.count - 1].name)
					      : bytes_of(NULL, 0),
			    .complete = !list.more,
		    });
	mem_free(rows);
	account_list_done(&list);
	return ERR_OK;
}

enum err rest_admin_users(struct call *call)
{
	return call_read(call, list_work, NULL);
}

/* Whom @text names: also accounts that others are not told of. */
static enum err find(struct call *call, struct store *store, struct bytes text,
		     struct id *ret_user)
{
	struct account_row account;

	if (store_account_by_name(store, text, &account) == ERR_OK) {
		*ret_user = account.id;
		return ERR_OK;
	}
	return find_user(call, store, text, ret_user);
}

static enum err answer_one(struct call *call, struct store *store, const struct id *user)
{
	struct body_account_facts body = {.has_account = true};
	struct account_row account;
	struct account_facts facts;
	enum err err = store_account_by_id(store, user, &account);

	if (err == ERR_OK)
		err = store_account_facts(store, account.key, &facts);
	if (err != ERR_OK)
		return call_blame(call, err == ERR_NOT_FOUND ? ERR_NO_USER : err, "user",
				  NULL);
	show(&account, &body.account);
	body.account.why = show_text(facts.why);
	body.sessions = facts.sessions;
	body.rooms = facts.rooms;
	body.file_bytes = facts.files;
	call_answer(call, &body);
	return ERR_OK;
}

static enum err get_work(struct call *call, struct store *store)
{
	const struct body_user_ref *args = call->args;
	struct id user;
	enum err err = find(call, store, args->user, &user);

	return err == ERR_OK ? answer_one(call, store, &user) : err;
}

enum err rest_admin_user_get(struct call *call)
{
	return call_read(call, get_work, NULL);
}

/* ---- change, reset, delete ---- */

/* ERR_NO_USER and ERR_STATE are about the user. */
static enum err about_user(struct call *call, enum err err)
{
	return err == ERR_NO_USER || err == ERR_STATE
		       ? call_blame(call, err, "user", call->detail)
		       : err;
}

static enum err update_work(struct call *call, struct store *store)
{
	const struct body_account_change *args = call->args;
	struct steward_user in = {
		.admin = (enum yes_no)args->administrator,
		.broadcast = (enum yes_no)args->broadcaster,
		.display = args->display_name,
	};
	enum err err = find_user(call, store, args->user, &in.user);

	if (err == ERR_OK)
		err = steward_user_change(store, &call->actor, &in);
	return err == ERR_OK ? answer_one(call, store, &in.user) : about_user(call, err);
}

enum err rest_admin_user_update(struct call *call)
{
	const struct body_account_change *args = call->args;

	if (args->display_name.ptr && !line_is_valid(args->display_name))
		return call_blame(call, ERR_BAD, "display_name", LINE_RULE);
	return call_write(call, update_work, NULL);
}

static enum err reset_work(struct call *call, struct store *store)
{
	const struct body_user_ref *args = call->args;
	struct login_place place = call_place(call);
	struct id user;
	enum err err = find_user(call, store, args->user, &user);

	if (err == ERR_OK)
		err = steward_user_reset(store, &call->server->keys, &call->actor, &user,
					 &place, ended_add, call->data);
	if (err == ERR_STATE)
		return call_blame(call, err, "user",
				  N_("no confirmed address is known: use a log-in code"));
	return about_user(call, err);
}

enum err rest_admin_user_reset_password(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, reset_work, ended_tell);
}

static enum err delete_work(struct call *call, struct store *store)
{
	const struct body_user_ref *args = call->args;
	struct id user;
	enum err err = find(call, store, args->user, &user);

	if (err == ERR_OK)
		err = farewell_delete(store, &call->actor, &user, ended_add, call->data,
				      &call->news);
	if (err == ERR_OK)
		log_info("admin: an account was deleted, user=%s", id_text(&user).text);
	return about_user(call, err);
}

enum err rest_admin_user_delete(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, delete_work, ended_tell);
}

/* ---- sessions ---- */

static enum err sessions_work(struct call *call, struct store *store)
{
	const struct body_user_list_ask *args = call->args;
	struct actor owner = {.scope = SCOPE_ALL};
	enum err err = find_user(call, store, args->user, &owner.user);

	if (err == ERR_OK)
		err = answer_sessions(call, store, &owner, args->limit, args->cursor);
	return about_user(call, err);
}

enum err rest_admin_user_sessions(struct call *call)
{
	return call_read(call, sessions_work, NULL);
}

static enum err end_all_work(struct call *call, struct store *store)
{
	const struct body_user_ref *args = call->args;
	struct id user;
	enum err err = find_user(call, store, args->user, &user);

	if (err == ERR_OK)
		err = steward_user_end(store, &call->actor, &user, ended_add, call->data);
	return about_user(call, err);
}

enum err rest_admin_user_sessions_revoke(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, end_all_work, ended_tell);
}

static enum err end_work(struct call *call, struct store *store)
{
	const struct body_session_ref *args = call->args;
	enum err err = steward_session_end(store, &call->actor, &args->session);

	if (err == ERR_OK)
		ended_add(&args->session, call->data);
	return err == ERR_NOT_FOUND ? call_blame(call, err, "session", NULL) : err;
}

enum err rest_admin_session_revoke(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, end_work, ended_tell);
}
