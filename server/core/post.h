/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What is said in a room: send, edit, delete, react, pin. A cid is used once on the whole
 *  server: who comes again with the same one, from the same user into the same room, gets
 *  the first answer with dup set, for ever. Thread: the store's (the writer). */
#ifndef CHAT_CORE_POST_H
#define CHAT_CORE_POST_H

#include "server/core/actor.h"
#include "server/core/news.h"
#include "server/store/store.h"

struct post {
	struct id cid;
	struct id room;
	struct id target;  /**< of edit, delete, react, unreact, pin, unpin */
	struct bytes text; /**< or sealed; the emoji of react and unreact */
	struct bytes sealed;
	bool quiet;              /**< sealed only: not worth an unread mark */
	struct id reply, thread; /**< zero: none */
	const struct id *mentions;
	size_t mention_count;
	const struct id *files;
	size_t file_count;
	bool everyone; /**< @room: moderators and owners */
};

struct post_ack {
	struct id room;
	uint64_t seq, ord, ts;
	bool dup; /**< it stood there already; nothing is news */
	uint64_t
		retry_ms; /**< with ERR_RATE of post_send(): slow mode lasts so long yet */
};

/** Errors: ERR_BAD, ERR_TOO_BIG, ERR_UTF8, ERR_CONFLICT (the cid is another's or another
 *  room's), ERR_MUST_SEAL, ERR_RATE (slow mode), and those of authorize(). */
enum err post_send(struct store *store, const struct actor *actor, const struct post *in,
		   struct post_ack *ret_ack, struct news *news) MUST_CHECK;
/** Send to @user: the direct room is made with the first message. in->room is ignored. */
enum err post_send_user(struct store *store, const struct actor *actor,
			const struct id *user, const struct post *in,
			struct post_ack *ret_ack, struct news *news) MUST_CHECK;
/** Own messages only. The old text stays readable for author and moderators.
 *  Errors: ERR_NOT_FOUND, ERR_GONE (deleted), ERR_FORBIDDEN. */
enum err post_edit(struct store *store, const struct actor *actor, const struct post *in,
		   struct post_ack *ret_ack, struct news *news) MUST_CHECK;
/** Own messages, or any with the right. The row stays, without its content. */
enum err post_delete(struct store *store, const struct actor *actor,
		     const struct post *in, struct post_ack *ret_ack,
		     struct news *news) MUST_CHECK;
/** Errors: ERR_EXISTS when that reaction is there, ERR_NOT_FOUND when it is not (unreact). */
enum err post_react(struct store *store, const struct actor *actor, const struct post *in,
		    struct post_ack *ret_ack, struct news *news) MUST_CHECK;
enum err post_unreact(struct store *store, const struct actor *actor,
		      const struct post *in, struct post_ack *ret_ack,
		      struct news *news) MUST_CHECK;
enum err post_pin(struct store *store, const struct actor *actor, const struct post *in,
		  struct post_ack *ret_ack, struct news *news) MUST_CHECK;
enum err post_unpin(struct store *store, const struct actor *actor, const struct post *in,
		    struct post_ack *ret_ack, struct news *news) MUST_CHECK;

/** One message by its id, as the actor may see it. Owns: event_done(). */
enum err post_get(struct store *store, const struct actor *actor, const struct id *cid,
		  struct event_row *ret_event) MUST_CHECK;

#endif
