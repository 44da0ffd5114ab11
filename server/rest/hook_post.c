/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Incoming webhooks. The secret is looked at on a reader, so that guessing costs the writer
 * nothing; from then on the call is one of the webhook's account, with the right to write and
 * no other, and goes through post_send() like everybody's.
 */
#include <string.h>

#include "common/base/mem.h"
#include "server/core/hook.h"
#include "server/core/post.h"
#include "server/core/show.h"
#include "server/net/rate.h"
#include "server/rest/answer.h"
#include "server/rest/hook_text.h"
#include "server/rest/idempotency.h"

struct hook_call {
	struct id hook, room;
	struct str text;
};

static void hook_call_done(void *data)
{
	str_done(&((struct hook_call *)data)->text);
}

enum err hook_pace(struct request *request)
{
	uint8_t room[16];
	struct bytes peer = rate_peer(&request->peer, room);
	struct id key = {{0}};

	if (request_id(request, "hook", &key) != ERR_OK)
		key = (struct id){{0}};
	for (size_t i = 0; i < peer.len && i < ID_LEN; i++)
		key.bytes[i] ^= peer.ptr[i];
	return rate_take(request->server->rates, RATE_HOOK, bytes_of(key.bytes, ID_LEN),
			 &request->retry_ms);
}

static enum err enter_work(struct call *call, struct store *store)
{
	struct hook_call *hook = call->data;
	const char *secret = request_param(call->request, "secret");
	struct hook_row row;
	enum err err = hook_enter(store, &hook->hook, bytes_text(secret), &row);

	if (err != ERR_OK)
		return err;
	call->actor = (struct actor){.user = row.user, .scope = SCOPE_WRITE};
	hook->room = row.room_id;
	hook_row_done(&row);
	return ERR_OK;
}

static enum err post_work(struct call *call, struct store *store)
{
	const struct hook_call *hook = call->data;
	struct post post = {
		.room = hook->room,
		.cid = idempotency_cid(call, &(struct id){{0}}, store_now(store)),
		.text = str_view(&hook->text),
	};
	struct post_ack ack;
	enum err err = post_send(store, &call->actor, &post, &ack, &call->news);

	if (err == ERR_OK)
		err = hook_used(store, &hook->hook);
	return answer_ack(call, err, &post.cid, &ack);
}

static void entered(struct call *call)
{
	struct hook_call *hook = call->data;
	enum err err = hook_text(request_header(call->request, "content-type"),
				 str_view(&call->request->body), &hook->text);

	if (err != ERR_OK)
		err = call_blame(call, err, "body",
				 N_("no text: send text/plain, {\"text\": …} or a Slack "
				    "payload"));
	else
		err = call_write(call, post_work, NULL);
	if (err != ERR_OK)
		call_fail(call, err);
}

enum err rest_hook_post(struct call *call)
{
	struct hook_call *hook = call_data(call, sizeof(*hook), hook_call_done);

	hook->text = STR_INIT;
	/* What is no id is nobody's: answered like one. */
	if (!request_param(call->request, "secret"))
		return ERR_NOT_FOUND;
	if (request_id(call->request, "hook", &hook->hook) != ERR_OK)
		hook->hook = (struct id){{0}};
	return call_read(call, enter_work, entered);
}
