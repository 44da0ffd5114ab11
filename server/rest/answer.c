/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of accounts and log-ins as bodies. */
#include "server/rest/answer.h"

#include "common/base/mem.h"
#include "common/crypto/secret.h"
#include "server/core/show.h"

static void answer_challenge(struct call *call, const struct login_challenge *challenge,
			     uint64_t now_ms)
{
	call_answer_as(
		call, body_challenge_def(),
		&(struct body_challenge){
			.challenge = challenge->id,
			.purpose = bytes_text(login_purpose_word(challenge->purpose)),
			.factor = bytes_text(login_factor_word(challenge->factor)),
			.expires_ms = challenge->expires_ms,
			.tries = challenge->tries,
			.now = now_ms,
		});
}

enum err answer_opened(struct call *call, enum err err,
		       const struct login_challenge *challenge, uint64_t now_ms)
{
	call->retry_ms = challenge->retry_ms;
	if (err == ERR_OK)
		answer_challenge(call, challenge, now_ms);
	if (err == ERR_BUSY && challenge->retry_ms)
		return call_blame(call, err, NULL, N_("too much mail waits to be sent"));
	return err;
}

enum err answer_ack(struct call *call, enum err err, const struct id *cid,
		    const struct post_ack *ack)
{
	struct body_ack body;

	if (err == ERR_RATE)
		call->retry_ms = ack->retry_ms;
	if (err != ERR_OK)
		return err;
	show_ack(cid, ack, &body);
	call_answer(call, &body);
	return ERR_OK;
}

void show_account(const struct account_row *account, struct body_user *ret_body)
{
	*ret_body = (struct body_user){
		.user = account->id,
		.name = bytes_text(account->name),
		.display_name = show_text(account->display),
		.about = show_text(account->about),
		.status = show_text(account->status),
		.admin = account->rights & SERVER_ADMIN,
		.bot = account->kind == ACCOUNT_BOT,
	};
}

void answer_tokens(struct call *call, const struct login_result *result, uint64_t now_ms)
{
	struct token_claims claims = login_claims(&result->session, now_ms);
	AUTO(str_wipe) struct str token = STR_INIT;
	AUTO(str_wipe) struct str device_key = STR_INIT;
	struct body_tokens body = {
		.refresh_token = bytes_of(result->refresh.text, REFRESH_TEXT_LEN),
		.expires_ms = claims.expires_ms,
		.now = now_ms,
		.session = result->session.id,
		.device = result->session.device,
		.has_user = true,
	};

	token_issue(&call->server->keys.tokens, &claims, now_ms, &token);
	body.access_token = str_view(&token);
	if (!id_is_zero(&result->session.device)) {
		login_device_key(&call->server->keys, &result->account,
				 &result->session.device, &device_key);
		body.device_key = str_view(&device_key);
	}
	show_account(&result->account, &body.user);
	call_answer_as(call, body_tokens_def(), &body);
}

void answer_me(struct call *call, const struct account_row *account,
	       const struct profile_row *profile, uint64_t recovery_codes)
{
	struct body_me body = {
		.has_user = true,
		.email = show_text(account->email),
		.email_verified = account->email_verified,
		.session = call->actor.session,
		.device = call->actor.device,
		.password = account->password[0] != '\0',
		.totp = account->totp,
		.recovery_codes = recovery_codes,
		.findable = profile->findable ? YES_NO_YES : YES_NO_NO,
		.presence = profile->presence,
		.receipts = profile->receipts ? YES_NO_YES : YES_NO_NO,
		.typing = profile->typing ? YES_NO_YES : YES_NO_NO,
		.avatar = profile->avatar,
	};

	show_account(account, &body.user);
	body.user.avatar = profile->avatar_file != 0;
	call_answer(call, &body);
}

void answer_members(struct call *call, const struct member_list *list, bool read)
{
	struct body_member *rows = mem_alloc(list->count + 1, sizeof(*rows));

	for (size_t i = 0; i < list->count; i++) {
		const struct member_row *row = &list->rows[i];
		rows[i] = (struct body_member){.has_user = true,
					       .role = row->role,
					       .read = read ? row->read_seq : 0,
					       .joined_ts = row->joined_ms};
		show_user(&row->user, &rows[i].user);
	}
	call_answer(
		call,
		&(struct body_members){
			.members = rows,
			.members_count = list->count,
			.cursor = show_text(
				list->more ? list->rows[list->count - 1].user.name : ""),
			.complete = !list->more,
		});
	mem_free(rows);
}
