/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The end of accounts: by their owner, for good; by an administrator, until he lets them in
 *  again. Thread: the writer. */
#ifndef CHAT_CORE_FAREWELL_H
#define CHAT_CORE_FAREWELL_H

#include "server/core/account.h"

/** Delete @account of @actor at once: profile, addresses, factors, keys, sessions, settings,
 *  drafts, picture, bots, files that no message names. Webhooks that it made are off, since
 *  somebody knows their secrets who is not there any more. It leaves its rooms; where it is
 *  the only owner the highest of the other people inherits, and a private room with nobody else
 *  in it is deleted. Messages stay, as those of a deleted account; the name is never given
 *  again. */
enum err farewell(struct store *store, const struct actor *actor,
		  const struct account_row *account, login_ended_fn *ended, void *ctx,
		  struct news *news) MUST_CHECK;
/** The same by @by, who administers the server. Errors: ERR_NO_USER, ERR_STATE (it is no
 *  account of a person or bot). */
enum err farewell_delete(struct store *store, const struct actor *by,
			 const struct id *user, login_ended_fn *ended, void *ctx,
			 struct news *news) MUST_CHECK;

/** Suspend @user, whose sessions end, or let him in again. Meanwhile his bots and the
 *  webhooks that he made stand still: @ended is told of the bots' sessions, too, which go on
 *  when he is back (store_bot_token_live()). @why: for the log, or {NULL, 0}.
 *  Errors: ERR_NO_USER, ERR_STATE (it is so already, or there is nothing to suspend). */
enum err farewell_suspend(struct store *store, const struct actor *by,
			  const struct id *user, bool on, struct bytes why,
			  login_ended_fn *ended, void *ctx) MUST_CHECK;

#endif
