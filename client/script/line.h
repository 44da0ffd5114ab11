/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How events and rooms look in the output of scripts: as text for people and shell tools
 *  (neutralised: nothing in it moves a cursor), or as one JSON object. Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_LINE_H
#define CHAT_CLIENT_SCRIPT_LINE_H

#include "client/cache/cache_event.h"
#include "client/cache/cache_room.h"
#include "client/model/model.h"
#include "common/base/str.h"

/** Append @event. Returns false where text has nothing to say of it (a reaction). */
bool line_event(const struct model *model, const struct cache_event *event, bool json,
		struct str *out);
/** Append: of @room nothing is known from seq @first to @last. */
void line_gap(const struct model *model, const struct id *room, uint64_t first,
	      uint64_t last, bool json, struct str *out);
/** Append @room of the room list. */
void line_room(const struct model *model, const struct cache_room *room, bool json,
	       struct str *out);

#endif
