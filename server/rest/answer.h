/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Answers that several handlers give. Thread: any. */
#ifndef CHAT_REST_ANSWER_H
#define CHAT_REST_ANSWER_H

#include "server/core/account.h"
#include "server/core/post.h"
#include "server/rest/call.h"
#include "server/store/store_member.h"
#include "server/store/store_people.h"

/** What became of opening one: the body `challenge`, or why there is none. Returns @err. */
enum err answer_opened(struct call *call, enum err err,
		       const struct login_challenge *challenge,
		       uint64_t now_ms) MUST_CHECK;
/** The body `tokens`, with a fresh access token. */
void answer_tokens(struct call *call, const struct login_result *result, uint64_t now_ms);
/** The body `sessions`: a page of those of @owner. */
enum err answer_sessions(struct call *call, struct store *store,
			 const struct actor *owner, uint64_t limit,
			 struct bytes after) MUST_CHECK;
/** The body `members`: a page of a room; @read: with how far each has read, which is for
 *  other members only. */
void answer_members(struct call *call, const struct member_list *list, bool read);
/** The body `me`; @recovery_codes: how many are left. */
void answer_me(struct call *call, const struct account_row *account,
	       const struct profile_row *profile, uint64_t recovery_codes);
/** What became of a message (@err) that was named by @cid: the body `ack`, or when slow mode
 *  is over. Returns @err. */
enum err answer_ack(struct call *call, enum err err, const struct id *cid,
		    const struct post_ack *ack) MUST_CHECK;
/** The account as others see it; borrows from it. */
void show_account(const struct account_row *account, struct body_user *ret_body);

#endif
