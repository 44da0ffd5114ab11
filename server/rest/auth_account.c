/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One's own data, taken along; and the end of one's account. */
#include "server/core/audit.h"
#include "server/core/export.h"
#include "server/core/farewell.h"
#include "server/core/mailing.h"
#include "server/rest/ended.h"
#include "server/rest/reauth.h"

static enum err export_work(struct call *call, struct store *store)
{
	const struct body_list *args = call->args;
	AUTO(buf_done) struct buf records = BUF_INIT;
	AUTO(str_done) struct str cursor = STR_INIT;
	enum err err = export_page(store, &call->server->keys, &call->actor, args->cursor,
				   &records, &cursor);

	if (err != ERR_OK)
		return err == ERR_BAD ? call_blame(call, err, "cursor", NULL) : err;
	call_answer(call,
		    &(struct body_export){
			    .records = buf_view(&records),
			    .cursor = cursor.len ? str_view(&cursor) : bytes_of(NULL, 0),
			    .complete = cursor.len == 0,
		    });
	return ERR_OK;
}

/* That somebody took everything along is worth a line to the owner. */
static enum err note_work(struct call *call, struct store *store)
{
	enum err err = audit_self(store, AUDIT_EXPORTED, &call->actor.user,
				  bytes_of(NULL, 0), call_place(call).address);

	return err;
}

static void noted(struct call *call)
{
	enum err err = call_read(call, export_work, NULL);

	if (err != ERR_OK)
		call_fail(call, err);
}

enum err rest_auth_export(struct call *call)
{
	const struct body_list *args = call->args;

	if (!(call->actor.scope & SCOPE_ACCOUNT))
		return ERR_FORBIDDEN;
	return args->cursor.len ? call_read(call, export_work, NULL)
				: call_write(call, note_work, noted);
}

static enum err delete_work(struct call *call, struct store *store)
{
	const struct body_step_up *args = call->args;
	struct login_place place = call_place(call);
	struct account_row account;
	enum err err =
		reauth_step_up(call, store, &args->challenge, args->code, &account);

	if (err != ERR_OK || call->refused != ERR_OK)
		return err;
	err = notice_add(store, &call->server->keys, &account, LETTER_ACCOUNT_DELETED,
			 bytes_of(NULL, 0), &place);
	if (err == ERR_OK)
		err = farewell(store, &call->actor, &account, ended_add, call->data,
			       &call->news);
	return err;
}

enum err rest_auth_delete(struct call *call)
{
	(void)ended_new(call);
	return call_write(call, delete_work, ended_tell);
}
