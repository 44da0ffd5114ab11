/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The account of whoever asks, and the keys that its tokens are checked with. */
#include "server/rest/answer.h"

static enum err me_work(struct call *call, struct store *store)
{
	struct account_row account;
	enum err err = account_own(store, &call->actor, &account);

	if (err == ERR_OK)
		answer_me(call, &account);
	return err;
}

enum err rest_auth_me(struct call *call)
{
	return call_read(call, me_work, NULL);
}

static enum err profile_work(struct call *call, struct store *store)
{
	const struct body_profile *args = call->args;
	enum err err = account_set_profile(store, &call->actor, args->display_name,
					   args->about, args->status);

	return err == ERR_OK ? me_work(call, store) : err;
}

/* One line, and something in it: it stands in front of every message. */
static bool is_line(struct bytes text)
{
	bool blank = true;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < 0x20)
			return false;
		blank = blank && text.ptr[i] == ' ';
	}
	return !blank;
}

enum err rest_auth_profile(struct call *call)
{
	const struct body_profile *args = call->args;

	if (args->display_name.ptr && !is_line(args->display_name))
		return call_blame(call, ERR_BAD, "display_name",
				  N_("a display name is one line and not blank"));
	if (args->status.len && !is_line(args->status))
		return call_blame(call, ERR_BAD, "status", N_("a status is one line"));
	return call_write(call, profile_work, NULL);
}

enum err rest_jwks(struct call *call)
{
	token_key_set(&call->server->keys.tokens, &call->answer);
	call_finish(call);
	return ERR_OK;
}
