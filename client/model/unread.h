/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What counts as unread: an event of somebody else behind the read marker that is not a
 *  notice. Sending never moves the marker.
 *  Thread: ui. */
#ifndef CHAT_MODEL_UNREAD_H
#define CHAT_MODEL_UNREAD_H

#include "client/model/room.h"

/** @message has arrived live in @room: counts, head, last line of the list. */
void unread_arrived(struct room *room, const struct message *message,
		    const struct id *self);
/** The marker is at @seq now, @unread and @mentions of others lie behind it (from the
 *  server or the cache). A marker never goes back here; see unread_back(). */
void unread_read(struct room *room, uint64_t seq, size_t unread, size_t mentions);
/** The room's log is another one from here on, known up to @seq; nothing in it is read. */
void unread_begin_anew(struct room *room, uint64_t seq);
/** Everything that is here has been read. True: the marker moved, tell the server. */
bool unread_read_all(struct room *room);
/** Set the marker back to before @seq on request. */
void unread_back(struct room *room, uint64_t seq, const struct id *self);
/** The room comes onto the screen: the new-messages line goes where reading stopped. */
void unread_enter(struct room *room);
/** It leaves the screen: the line goes. */
void unread_leave(struct room *room);
/** Whether @text names @account: "@name" with no name character around it. */
bool unread_mentions(const char *text, size_t len, const char *account);
/** Sums over all rooms that are not muted. */
void unread_total(const struct rooms *rooms, size_t *ret_unread, size_t *ret_mentions);

#endif
