/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Rows as bodies: what the store knows, in the words of the protocol, for frames and REST
 *  alike. The body borrows from the row and lives as long as that. Thread: any. */
#ifndef CHAT_CORE_SHOW_H
#define CHAT_CORE_SHOW_H

#include "common/base/str.h"
#include "common/proto/body.h"
#include "server/core/keys.h"
#include "server/core/news.h"
#include "server/core/post.h"
#include "server/core/room.h"

/** A text of a row as a field: an empty one is absent. Borrowed. */
struct bytes show_text(const char *text);
void show_user(const struct user_row *row, struct body_user *ret_body);
void show_event(const struct event_row *row, struct body_event *ret_body);
void show_room(const struct room_view *view, struct body_room *ret_body);
struct notification_list;
struct notification_place;
struct notification_row;

/** A notification for the list or as a frame. */
void show_notification(const struct notification_row *row, struct body_notify *ret_body);
void show_user_event(const struct user_event_row *row, struct body_user_event *ret_body);
void show_ack(const struct id *cid, const struct post_ack *ack,
	      struct body_ack *ret_body);

/** The cursor of the page after @list (not an empty one) as an opaque text, and back.
 *  Errors: ERR_BAD. */
void show_cursor(const struct keys *keys, const struct room_list *list, struct str *out);
enum err show_cursor_read(const struct keys *keys, struct bytes text,
			  struct room_cursor *ret_cursor) MUST_CHECK;
/** The same of a list of notifications. */
void show_place(const struct keys *keys, const struct notification_list *list,
		struct str *out);
enum err show_place_read(const struct keys *keys, struct bytes text,
			 struct notification_place *ret_place) MUST_CHECK;

#endif
