/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Webhooks of rooms. An incoming one is a URL that posts as an account of its own, which is
 *  a member of the room like any other and cannot log in. An outgoing one is told what
 *  happens in the room, in the order of the log: it has a place in the log that only moves
 *  when what lies behind it was queued, and a second one for what was answered.
 *  Whoever may do VERB_HOOKS manages them. Thread: the store's (the writer, where not said
 *  otherwise). */
#ifndef CHAT_CORE_HOOK_H
#define CHAT_CORE_HOOK_H

#include "server/core/keys.h"
#include "server/core/news.h"
#include "server/core/posting.h"
#include "server/store/store_hook.h"

#define HOOK_KINDS_USUAL (1u << EVENT_MESSAGE | 1u << EVENT_EDIT | 1u << EVENT_DELETE)
#define HOOK_OLD_MS      86400000 /**< so long a replaced secret signs, too */
#define HOOK_SECRET_TEXT 64

/** What a secret is shown as, once. */
struct hook_secret {
	char text[HOOK_SECRET_TEXT];
};

struct hook_new {
	struct id room;
	enum hook_kind kind;
	struct bytes name;
	struct bytes url; /**< of HOOK_OUT; target_check() has passed it */
	unsigned kinds;   /**< of HOOK_OUT; 0: HOOK_KINDS_USUAL */
};

/** What is changed; {NULL, 0} and 0 leave it as it is. */
struct hook_change {
	struct bytes name, url;
	unsigned kinds;
	enum hook_state state; /**< HOOK_ON or HOOK_OFF */
};

/** Errors: ERR_BAD, ERR_STATE (LIMIT_HOOKS), ERR_MUST_SEAL (an encrypted room), and those of
 *  authorize(). Owns: *ret_row, hook_row_done(). */
enum err hook_create(struct store *store, const struct keys *keys,
		     const struct actor *actor, const struct hook_new *in,
		     struct hook_row *ret_row, struct hook_secret *ret_secret,
		     struct news *news) MUST_CHECK;
/** Errors: ERR_NOT_FOUND, also for who may not know of it. Thread: reader. */
enum err hook_get(struct store *store, const struct actor *actor, const struct id *id,
		  struct hook_row *ret_row) MUST_CHECK;
/** Thread: reader. */
enum err hook_list(struct store *store, const struct actor *actor, const struct id *room,
		   struct hook_list *ret_list) MUST_CHECK;
enum err hook_change(struct store *store, const struct keys *keys,
		     const struct actor *actor, const struct id *id,
		     const struct hook_change *in, struct hook_row *ret_row) MUST_CHECK;
/** A new secret. The URL of an incoming one ends at once; for an outgoing one the old secret
 *  signs beside the new one for a day. */
enum err hook_rotate(struct store *store, const struct keys *keys,
		     const struct actor *actor, const struct id *id,
		     struct hook_row *ret_row, struct hook_secret *ret_secret) MUST_CHECK;
enum err hook_remove(struct store *store, const struct actor *actor, const struct id *id,
		     struct news *news) MUST_CHECK;
/** The URL of an outgoing one, opened. Thread: any. */
enum err hook_url(const struct keys *keys, const struct hook_row *row,
		  struct str *ret_url) MUST_CHECK;

/** Whose URL it is. Unknown and wrong are the same, in answer and time.
 *  Errors: ERR_NOT_FOUND; ERR_GONE: it is off. Thread: reader. */
enum err hook_enter(struct store *store, const struct id *id, struct bytes secret,
		    struct hook_row *ret_row) MUST_CHECK;
/** It was used now; to the minute. */
enum err hook_used(struct store *store, const struct id *id) MUST_CHECK;

/** Queue @body for an outgoing one; @seq: of the event, 0 for a ping. */
enum err hook_queue(struct store *store, const struct keys *keys,
		    const struct hook_row *row, uint64_t seq,
		    struct bytes body) MUST_CHECK;

/** Writes the body for an event; @from: who caused it. */
typedef void hook_write_fn(const struct hook_row *row, const struct event_row *event,
			   const struct user_row *from, struct buf *out, void *ctx);
/** Queue what happened since the hook with @key was told last, as far as its queue has room.
 *  What bots and webhooks say is left out, so that no two of them talk for ever, and so is
 *  what was imported. */
enum err hook_feed(struct store *store, const struct keys *keys, int64_t key,
		   hook_write_fn *write, void *ctx) MUST_CHECK;

/** What became of a request: posting_told_fn of POSTING_HOOK. */
enum err hook_told(struct store *store, const struct posting_row *row,
		   enum posting_fate fate, const struct posting_try *tried) MUST_CHECK;

#endif
