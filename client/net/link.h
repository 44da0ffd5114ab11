/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The link: one session with the server over any transport, kept up for ever. It dials,
 *  greets, resumes each room and the user's own log from where they were, resends what was
 *  not acknowledged, notices holes and fetches them, keeps time-outs, and hands up only
 *  what is whole: the events of a room arrive in order, each once, with nothing missing
 *  between two of them (link_ops.reset announces the one exception).
 *
 *  It has no thread and no clock of its own: notes of the transport and the passing of
 *  time are fed to it by the owner's loop.
 *  Thread: ui. Callbacks run inside link_note(), link_tick() and nothing else. */
#ifndef CHAT_CLIENT_NET_LINK_H
#define CHAT_CLIENT_NET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/net/transport.h"
#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/id.h"

struct body_page;
struct body_welcome;

enum link_state {
	LINK_OFF,        /**< not wanted, or refused for good: see link_why() */
	LINK_WAITING,    /**< tries again at link_retry_ms() */
	LINK_TOKEN,      /**< waits for link_token() */
	LINK_CONNECTING, /**< the transport dials */
	LINK_GREETING,   /**< hello was sent */
	LINK_ONLINE,     /**< welcome came */
};

/** What the owner hears. All must be there; @ctx comes last. frame() may call anything but
 *  link_free(), the others neither link_forget() nor link_free(). */
struct link_ops {
	/** The state is another one now. */
	void (*state)(enum link_state state, void *ctx);
	/** A token is needed: answer with link_token(), at once or later, or link_stop(). */
	void (*token)(void *ctx);
	/** One frame from the server, decoded: @type is an enum frame_type, @body the struct
	 *  body_… of that name, borrowed during the call. Comes for every frame but those
	 *  that are the link's alone (subbed, reset, page, result, lag, goaway); FRAME_EVENT
	 *  only in sequence, also those that came in replays and pages; FRAME_ACK as the next
	 *  entry of its room's log, or as one that came before. */
	void (*frame)(int type, const void *body, void *ctx);
	/** What was known of @room's log is void, or nothing was: it is followed from behind
	 *  @seq in @epoch now. Older events are asked for with link_fetch(). Comes before the
	 *  digest or user event that named the room. */
	void (*reset)(const struct id *room, uint64_t epoch, uint64_t seq, void *ctx);
	/** Of @room, everything visible from @first to @last has been handed up: seqs between
	 *  that had no event are not for this user. After the events of each caught-up page. */
	void (*covered)(const struct id *room, uint64_t first, uint64_t last, void *ctx);
	/** The unacknowledged messages in memory became few: link_post() may get more. */
	void (*drained)(void *ctx);
	void *ctx;
};

struct link;

/** @clock and @transport are borrowed; @seed feeds jitter and hash tables. */
struct link *link_new(struct transport *transport, const struct clock *clock,
		      uint64_t seed, const struct link_ops *ops) MUST_CHECK;
/** Ends the session; pending answers are not called any more. */
void link_free(struct link **link);

/** Keep a session with @address up from now on. */
void link_start(struct link *link, const struct address *address,
		const struct id *device);
/** End it and stay off. */
void link_stop(struct link *link);
/** Do not wait for the next try: the user asks, or the machine woke up. */
void link_hurry(struct link *link);
/** Use @token ("" = none, the socket's peer credentials speak): the answer to ops.token, or
 *  a newer one for the session that stands. Copied. */
void link_token(struct link *link, const char *token);

/** There is no token now, because of @err: try again later, as after a failed dial. */
void link_no_token(struct link *link, enum err err);

/** Feed one note of the transport; takes it. */
void link_note(struct link *link, struct transport_note **note);
/** Time has passed: to be called at link_next_ms() or later, harmless before. */
void link_tick(struct link *link);
/** Monotonic time of the next link_tick(); UINT64_MAX when nothing is due. */
uint64_t link_next_ms(const struct link *link);

enum link_state link_state(const struct link *link);
/** Why it is off or waiting; ERR_OK when it was not refused. */
enum err link_why(const struct link *link);
/** Monotonic, in LINK_WAITING. */
uint64_t link_retry_ms(const struct link *link);
/** Online, and no room is known to be behind. */
bool link_caught_up(const struct link *link);

/* ---- rooms ---- */

/** @room is on disk up to @seq of @epoch: resume there. For what the cache knows at start,
 *  before link_start(); later rooms appear by themselves. */
void link_track(struct link *link, const struct id *room, uint64_t epoch, uint64_t seq);
/** Left or deleted. */
void link_forget(struct link *link, const struct id *room);
/** The same for the user's own log. */
void link_track_user(struct link *link, uint64_t uepoch, uint64_t useq);
/** Up to where @room's log was handed up. False: not tracked. */
bool link_position(const struct link *link, const struct id *room, uint64_t *ret_epoch,
		   uint64_t *ret_seq);
/** Events of @room up to @seq are on disk: the server may be told (got, once a second). */
void link_stored(struct link *link, const struct id *room, uint64_t seq);

/* ---- own messages ---- */

#define LINK_POSTS 64 /**< unacknowledged messages in memory; the rest waits on disk */

/** Whether link_post() takes another one. */
bool link_has_room(const struct link *link);
/** Send @frame (a send, edit, delete, react or unreact, encoded) until FRAME_ACK or
 *  FRAME_NACK for @cid was handed up, or its event was. The message is on disk already.
 *  Order is the order of calls. A cid that is here already is ignored. Copied. */
void link_post(struct link *link, const struct id *cid, const struct id *room,
	       const char *frame, size_t len);
/** Forget an unsent or refused one. */
void link_unpost(struct link *link, const struct id *cid);
size_t link_posts(const struct link *link);

/* ---- questions ---- */

/** @err ERR_OK: @body is the JSON of a 2xx answer. Else @body is the problem, or empty.
 *  Borrowed during the call. Called once, not after link_free(). */
typedef void link_result_fn(enum err err, unsigned status, struct bytes body, void *ctx);
/** Run operation @op of rest.def with @args (JSON object or empty). While not online it
 *  fails at the next tick with ERR_UNREACHABLE; ERR_TIMEOUT after LINK_ASK_MS. */
void link_call(struct link *link, const char *op, struct bytes args, link_result_fn *done,
	       void *ctx);
/** The same for a deed that may be asked for twice and must be done once: whoever asks again
 *  with the same @key gets the first answer. */
void link_call_once(struct link *link, const char *op, struct bytes key,
		    struct bytes args, link_result_fn *done, void *ctx);

enum link_side { LINK_BEFORE, LINK_AFTER, LINK_AROUND };
/** @page is NULL unless @err is ERR_OK. */
typedef void link_page_fn(enum err err, const struct body_page *page, void *ctx);
/** A page of history, which the room's position does not depend on. */
void link_fetch(struct link *link, const struct id *room, enum link_side side,
		uint64_t seq, unsigned limit, link_page_fn *done, void *ctx);
/** Whether an answer is awaited. */
bool link_is_asking(const struct link *link);
/** Forget all questions of @ctx without calling their answers. */
void link_unask(struct link *link, const void *ctx);

#define LINK_ASK_MS 15000 /**< a server that is this late is taken for dead */

/* ---- small talk: kept, throttled and repeated after a reconnect as fits each ---- */

/** The user has seen @room up to @seq. Told to the server at most once a second, also
 *  later when there is no session now. */
void link_read(struct link *link, const struct id *room, uint64_t seq);
/** To be called with each change of the input line; sent at most every 4 s, and the end
 *  by itself 5 s after the last call. */
void link_typing(struct link *link, const struct id *room, bool on);
/** The room on the screen, or NULL. */
void link_focus(struct link *link, const struct id *room);
/** Nobody is at this device, until the opposite is said. */
void link_away(struct link *link, bool away);
/** Whose presence is wanted; at most LIMIT_WATCH are used. */
void link_watch(struct link *link, const struct id *users, size_t count);

#endif
