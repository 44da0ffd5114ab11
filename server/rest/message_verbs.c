/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to a message that stands: edit, delete, react, pin. The message says which
 * room it is about. A repeated cid gets the first answer. */
#include "server/core/post.h"
#include "server/core/show.h"
#include "server/rest/answer.h"
#include "server/rest/idempotency.h"
#include "server/store/store_event.h"

typedef enum err change_fn(struct store *store, const struct actor *actor,
			   const struct post *in, struct post_ack *ret_ack,
			   struct news *news);

static enum err change(struct call *call, struct store *store, struct post *post,
		       change_fn *apply)
{
	struct event_row event = {0};
	struct post_ack ack = {.retry_ms = 0};
	enum err err = post_get(store, &call->actor, &post->target, &event);

	if (err == ERR_NOT_FOUND)
		return call_blame(call, err, "id", NULL);
	if (err != ERR_OK)
		return err;
	post->room = event.room;
	event_done(&event);
	err = apply(store, &call->actor, post, &ack, &call->news);
	return answer_ack(call, err, &post->cid, &ack);
}

static enum err edit_work(struct call *call, struct store *store)
{
	const struct body_message_edit *args = call->args;
	struct post post = {.cid = idempotency_cid(call, &args->cid, store_now(store)),
			    .target = args->id,
			    .text = args->text};

	return change(call, store, &post, post_edit);
}

enum err rest_message_edit(struct call *call)
{
	return call_write(call, edit_work, NULL);
}

static enum err delete_work(struct call *call, struct store *store)
{
	const struct body_message_ref *args = call->args;
	struct post post = {.cid = idempotency_cid(call, &args->cid, store_now(store)),
			    .target = args->id};

	return change(call, store, &post, post_delete);
}

enum err rest_message_delete(struct call *call)
{
	return call_write(call, delete_work, NULL);
}

static enum err react_work(struct call *call, struct store *store)
{
	const struct body_message_react *args = call->args;
	struct post post = {.cid = idempotency_cid(call, &args->cid, store_now(store)),
			    .target = args->id,
			    .text = args->text};

	return change(call, store, &post, post_react);
}

enum err rest_message_react(struct call *call)
{
	return call_write(call, react_work, NULL);
}

static enum err unreact_work(struct call *call, struct store *store)
{
	const struct body_message_react *args = call->args;
	struct post post = {.cid = idempotency_cid(call, &args->cid, store_now(store)),
			    .target = args->id,
			    .text = args->text};

	return change(call, store, &post, post_unreact);
}

enum err rest_message_unreact(struct call *call)
{
	return call_write(call, unreact_work, NULL);
}

static enum err pin_work(struct call *call, struct store *store)
{
	const struct body_message_ref *args = call->args;
	struct post post = {.cid = idempotency_cid(call, &args->cid, store_now(store)),
			    .target = args->id};

	return change(call, store, &post, post_pin);
}

enum err rest_message_pin(struct call *call)
{
	return call_write(call, pin_work, NULL);
}

static enum err unpin_work(struct call *call, struct store *store)
{
	const struct body_message_ref *args = call->args;
	struct post post = {.cid = idempotency_cid(call, &args->cid, store_now(store)),
			    .target = args->id};

	return change(call, store, &post, post_unpin);
}

enum err rest_message_unpin(struct call *call)
{
	return call_write(call, unpin_work, NULL);
}
