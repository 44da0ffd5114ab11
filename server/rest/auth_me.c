/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The account of whoever asks, and the keys that its tokens are checked with. */
#include "common/crypto/secret.h"
#include "server/core/profile.h"
#include "server/rest/answer.h"
#include "server/store/store_factor.h"

static enum err me_work(struct call *call, struct store *store)
{
	struct account_row account;
	struct profile_row profile;
	int64_t codes = 0;
	enum err err = account_own(store, &call->actor, &account);

	if (err == ERR_OK)
		err = store_profile_get(store, account.key, &profile);
	if (err == ERR_OK && account.totp)
		err = store_recovery_left(store, account.key, &codes);
	if (err == ERR_OK)
		answer_me(call, &account, &profile, (uint64_t)codes);
	wipe(&account.password, sizeof(account.password));
	return err;
}

enum err rest_auth_me(struct call *call)
{
	return call_read(call, me_work, NULL);
}

static enum err profile_work(struct call *call, struct store *store)
{
	const struct body_profile *args = call->args;
	const struct profile_change in = {.display = args->display_name,
					  .about = args->about,
					  .status = args->status,
					  .findable = (enum yes_no)args->findable,
					  .shown = {(enum shown_to)args->presence,
						    (enum yes_no)args->receipts,
						    (enum yes_no)args->typing}};
	enum err err = profile_set(store, &call->actor, &in);

	return err == ERR_OK ? me_work(call, store) : err;
}

/* Who was watching sees it at once. */
static void profile_changed(struct call *call)
{
	const struct body_profile *args = call->args;

	if (args->presence)
		server_look_again(call->server, &call->actor.user);
	call_finish(call);
}

enum err rest_auth_profile(struct call *call)
{
	const struct body_profile *args = call->args;

	if (args->display_name.ptr && !line_is_valid(args->display_name))
		return call_blame(call, ERR_BAD, "display_name", LINE_RULE);
	if (args->status.len && !line_is_valid(args->status))
		return call_blame(call, ERR_BAD, "status", LINE_RULE);
	return call_write(call, profile_work, profile_changed);
}

enum err rest_jwks(struct call *call)
{
	token_key_set(&call->server->keys.tokens, clock_now_ms(&call->server->clock),
		      &call->answer);
	call_finish(call);
	return ERR_OK;
}
