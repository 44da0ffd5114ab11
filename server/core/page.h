/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How much of a log fits into one answer. Thread: any. */
#ifndef CHAT_CORE_PAGE_H
#define CHAT_CORE_PAGE_H

#include "server/store/row.h"

/** Bytes of events in one answer: a server frame less its envelope. */
#define PAGE_BYTES (LIMIT_FRAME_SERVER - 2048)

/** An upper bound of what @event takes on the wire. */
size_t page_event_size(const struct event_row *event);
/** Drop rows from the end until the list fits; true when some were dropped. One row
 *  always fits. */
bool page_cut(struct event_list *list);

#endif
