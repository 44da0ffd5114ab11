/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The inside of the app: what its own files, the frame handlers (on/) and main() use, and
 *  slash commands and scripts do not.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_APP_INSIDE_H
#define CHAT_CLIENT_APP_INSIDE_H

#include "client/app.h"
#include "common/proto/frame.h"

struct cache_event;

/* ---- life: app.c ---- */

/** @wake is called from other threads when app_turn() has something to do. */
void app_init(struct app *app, const struct clock *clock, const struct random *random,
	      mailbox_wake_fn *wake, void *ctx);
/** Ends session and store; what was typed is on disk. */
void app_done(struct app *app);
/** Takes both. The store is read; face.rooms and then the session follow. */
void app_start(struct app *app, const struct address *address,
	       struct transport **transport, struct store_thread **store);
/** Everything that has come: notes, answers of the store, time. False: there was nothing. */
bool app_turn(struct app *app);
/** Monotonic time by which app_turn() has something to do; UINT64_MAX = nothing. */
uint64_t app_next_ms(const struct app *app);
/** The disk failed: say so and leave. */
void app_store_failed(struct app *app, enum err err);
/** Dial, now that it is known as whom. */
void app_connect(struct app *app);
/** Call @op, whose body is no JSON, over HTTP, as whoever is signed in. */
void app_upload(struct app *app, const char *op, struct bytes body, link_result_fn *done,
		void *ctx);
/** A digest begins anew. */
void app_forget_digest(struct app *app);
/** The model changed. */
static inline void app_touch(struct app *app)
{
	app->touched = true;
}

/* ---- faces and timers: face.c ---- */

void app_tell_state(struct app *app);
void app_tell_rooms(struct app *app, bool fresh);
void app_tell_stored(struct app *app, const struct id *room, uint64_t seq);
void app_tell_reset(struct app *app, const struct id *room, uint64_t seq);
void app_tell_sent(struct app *app, const struct id *cid, enum err err, uint64_t seq);
void app_tell_moved(struct app *app, const struct id *cid,
		    const struct transferred *what);
void app_tell_delivered(struct app *app, const struct id *room, const struct id *user,
			uint64_t seq);
void app_tell_receipt(struct app *app, const struct id *room, const struct id *user,
		      uint64_t seq);
void app_tell_touched(struct app *app);
void app_tell_opened(struct app *app, struct room *room);
void app_tell_alert(struct app *app, const char *title, const char *text);
void app_tell_notice(struct app *app, const char *text);
void app_timers_run(struct app *app, uint64_t now);

/* ---- what the store has: load.c ---- */

void app_load(struct app *app);

/* ---- who is in a room: members.c ---- */

void app_load_members(struct app *app, const struct id *room);
/** Tell the server whose presence is wanted. */
void app_watch(struct app *app);

/* ---- own messages: post.c ---- */

/** Give the link what waits on disk. */
void app_post_waiting(struct app *app);
/** @room is encrypted from now on: what waits for it in the clear comes back from the link and
 *  is refused. */
void app_sealed(struct app *app, const struct id *room);
/** It will not be sent, because of @why: that is kept, and shown. */
void app_refused(struct app *app, const struct id *cid, enum err why);
/** Show the message @cid of @room as the store has it: what was done to it in advance was
 *  refused. */
void app_reload(struct app *app, const struct id *room, const struct id *cid);
/** @cid waits no more. */
void app_posted(struct app *app, const struct id *cid);
void app_pending_done(struct app *app);

/* ---- the model: show.c ---- */

/** The room of @row, found or made, as the server shows it. */
struct room *app_show_room(struct app *app, const struct body_room *row);
void app_show_user(struct app *app, const struct body_user *user);
/** A new event, live or caught up. */
void app_show_event(struct app *app, struct room *room, const struct body_event *event);
/** A message or notice to be put into a timeline; NULL: @event has no line of its own.
 *  Owns: the caller. */
struct message *app_message_of(struct app *app,
			       const struct cache_event *event) MUST_CHECK;
bool app_mentions_me(const struct app *app, const struct body_event *event);
/** Ask for the names of people who are only ids here. */
void app_look_up_names(struct app *app);

/** Ask for what the server knows of @room. */
void app_ask_room(struct app *app, const struct id *room);

#endif
