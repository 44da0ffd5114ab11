/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What has to reach the disk. Handlers note changes while frames are worked on; at the end
 *  of the loop's turn all of them go to the store thread as one job, so that a replay of
 *  hundreds of events costs one transaction. What the user is told about the disk (stored,
 *  sent) happens when it is back.
 *  Thread: ui. */
#ifndef CHAT_CLIENT_CHANGE_H
#define CHAT_CLIENT_CHANGE_H

#include "client/app.h"
#include "client/cache/cache_draft.h"
#include "common/proto/frame.h"

/** What of @event has no column of its own, as the store has it: appended. */
void change_extra(const struct body_event *event, struct buf *out);
/** The next event of its room; @mentions_me as the model found. */
void change_event(struct app *app, const struct body_event *event, bool mentions_me);
/** Everything from @first to @last of @room is held. */
void change_covered(struct app *app, const struct id *room, uint64_t first,
		    uint64_t last);
/** @room's log begins anew in @epoch. */
void change_reset(struct app *app, const struct id *room, uint64_t epoch, uint64_t seq);
/** A row of the server. */
void change_room(struct app *app, const struct body_room *room);
/** A topic, a name or the rules of a room became what @event says. */
void change_state(struct app *app, const struct body_event *event);
void change_sealed(struct app *app, const struct id *room);
void change_left(struct app *app, const struct id *room);
/** room->level and room->muted_until_ms. */
void change_level(struct app *app, const struct room *room);
void change_user(struct app *app, const struct body_user *user);
/** An own message is the event @ack of its room. */
void change_ack(struct app *app, const struct body_ack *ack);
/** It was refused for good. */
void change_refused(struct app *app, const struct id *cid, enum err why);
void change_read(struct app *app, const struct id *room, uint64_t seq, uint64_t unread,
		 uint64_t mentions);
void change_receipt(struct app *app, const struct id *room, const struct id *user,
		    uint64_t seq, bool got);
void change_member(struct app *app, const struct id *room, const struct id *user,
		   int role);
void change_user_position(struct app *app, uint64_t uepoch, uint64_t useq);
void change_draft(struct app *app, const struct id *room, const char *text, size_t len,
		  uint64_t cursor);
/** A page of history: its events, and what it covers; @start: nothing is older. */
void change_page(struct app *app, const struct body_page *page, bool start);
/** The page nearest to @seq (0: to the end of the log), before it or @newer: as
 *  change_page(), and nothing visible lies between, so that this is held as well. Without it
 *  what one was not there for, or what was cut, would be asked for again and again. False,
 *  and nothing is noted: it has no events, or is not what was asked for. */
bool change_history(struct app *app, const struct body_page *page, bool newer,
		    uint64_t seq);

/** Hand over what was noted, if anything. At the end of each turn. */
void changes_flush(struct app *app);
/** Drop what was noted and not handed over. */
void changes_free(struct changes **changes);

#endif
