/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts under administration, and the account of the server itself: it has no password
 * and no address, nobody can log in as it, and it stands in no directory.
 */
#include "server/core/steward.h"

#include <stdio.h>

#include "server/core/audit.h"
#include "server/core/mailing.h"
#include "server/store/store_session.h"

#define NAMES_MOST 100 /* somebody has chat-server, chat-server-1, … */

/* Errors: ERR_EXISTS: the name is taken. */
static enum err make_system(struct store *store, unsigned number, struct id *ret_user)
{
	char name[LIMIT_NAME + 1] = "chat-server";
	struct account_new new = {
		.id = store_draw_id(store),
		.kind = ACCOUNT_SYSTEM,
		.state = ACCOUNT_ACTIVE,
		.display = bytes_text("chat-server"),
	};
	int64_t key;

	if (number > 0)
		snprintf(name, sizeof(name), "chat-server-%u", number);
	new.name = bytes_text(name);
	enum err err = store_account_add(store, &new, &key);
	if (err == ERR_OK)
		err = store_system_put(store, key, &new.id);
	if (err == ERR_OK)
		*ret_user = new.id;
	return err;
}

static enum err take_system(struct store *store, struct id *ret_user)
{
	enum err err = store_system_get(store, ret_user);

	if (err != ERR_OK || !id_is_zero(ret_user))
		return err;
	err = ERR_EXISTS;
	for (unsigned i = 0; i < NAMES_MOST && err == ERR_EXISTS; i++)
		err = make_system(store, i, ret_user);
	return err;
}

enum err steward_act(struct store *store, const struct actor *by, struct actor *ret_actor)
{
	*ret_actor = *by;
	ret_actor->scope = SCOPE_ALL;
	return id_is_zero(&by->user) ? take_system(store, &ret_actor->user) : ERR_OK;
}

/* An account that can be administered. */
static enum err find(struct store *store, const struct id *user,
		     struct account_row *ret_account)
{
	enum err err = store_account_by_id(store, user, ret_account);

	if (err == ERR_NOT_FOUND ||
	    (err == ERR_OK && ret_account->state == ACCOUNT_DELETED))
		return ERR_NO_USER;
	return err == ERR_OK && ret_account->kind == ACCOUNT_SYSTEM ? ERR_STATE : err;
}

static unsigned with(unsigned rights, enum server_right right, enum yes_no wish)
{
	if (wish == YES_NO_YES)
		return rights | right;
	return wish == YES_NO_NO ? rights & ~(unsigned)right : rights;
}

enum err steward_user_change(struct store *store, const struct actor *by,
			     const struct steward_user *in)
{
	AUTO(str_done) struct str detail = STR_INIT;
	struct account_row account;
	enum err err = find(store, &in->user, &account);

	if (err == ERR_OK && in->display.ptr)
		err = store_account_set_profile(store, account.key, in->display,
						bytes_of(NULL, 0), bytes_of(NULL, 0));
	if (err != ERR_OK)
		return err;
	unsigned rights = with(account.rights, SERVER_ADMIN, in->admin);
	rights = with(rights, SERVER_BROADCAST, in->broadcast);
	if (rights == account.rights)
		return ERR_OK;
	err = store_account_set_rights(store, account.key, rights);
	str_addf(&detail, "admin=%d broadcast=%d", (rights & SERVER_ADMIN) != 0,
		 (rights & SERVER_BROADCAST) != 0);
	return err == ERR_OK ? audit_steward(store, by, AUDIT_RIGHTS_CHANGED, &in->user,
					     str_view(&detail))
			     : err;
}

enum err steward_user_reset(struct store *store, const struct keys *keys,
			    const struct actor *by, const struct id *user,
			    const struct login_place *place, login_ended_fn *ended,
			    void *ctx)
{
	struct account_row account;
	enum err err = find(store, user, &account);

	if (err == ERR_OK && !account.email_verified)
		err = ERR_STATE;
	if (err == ERR_OK)
		err = store_account_set_password(store, account.key, bytes_of(NULL, 0));
	if (err == ERR_OK)
		err = login_end_challenges(store, account.key);
	if (err == ERR_OK)
		err = store_session_revoke_all(store, account.key, 0, ended, ctx);
	if (err == ERR_OK)
		err = audit_steward(store, by, AUDIT_PASSWORD_DROPPED, user,
				    bytes_of(NULL, 0));
	return err == ERR_OK ? notice_add(store, keys, &account, LETTER_PASSWORD_DROPPED,
					  bytes_of(NULL, 0), place)
			     : err;
}

enum err steward_user_end(struct store *store, const struct actor *by,
			  const struct id *user, login_ended_fn *ended, void *ctx)
{
	struct account_row account;
	enum err err = find(store, user, &account);

	if (err == ERR_OK)
		err = store_session_revoke_all(store, account.key, 0, ended, ctx);
	return err == ERR_OK ? audit_steward(store, by, AUDIT_SESSIONS_REVOKED, user,
					     bytes_of(NULL, 0))
			     : err;
}

enum err steward_session_end(struct store *store, const struct actor *by,
			     const struct id *session)
{
	AUTO(str_done) struct str detail = STR_INIT;
	struct session_row row;
	enum err err = store_session_by_id(store, session, &row);

	if (err == ERR_OK && row.revoked)
		err = ERR_NOT_FOUND;
	if (err == ERR_OK)
		err = store_session_revoke(store, row.key);
	str_addf(&detail, "session=%s", id_text(session).text);
	return err == ERR_OK ? audit_steward(store, by, AUDIT_SESSION_REVOKED, &row.user,
					     str_view(&detail))
			     : err;
}
