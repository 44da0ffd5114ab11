/* SPDX-License-Identifier: GPL-3.0-or-later */
/** An event as the server tells it, as the row that this device keeps of it. Thread: ui. */
#ifndef CHAT_CLIENT_EVENT_ROW_H
#define CHAT_CLIENT_EVENT_ROW_H

#include "client/cache/cache_event.h"
#include "common/proto/body.h"

/** Fill @ret in from @event; the texts are copied into @rows. */
void event_row(const struct body_event *event, bool mentions_me, struct rows *rows,
	       struct cache_event *ret);

#endif
