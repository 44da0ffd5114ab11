/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Receipts on their way to others: collected, the furthest kept, told once a second.
 *  Thread: loop. */
#ifndef CHAT_ON_RECEIPTS_H
#define CHAT_ON_RECEIPTS_H

#include "server/core/news.h"
#include "server/server.h"

struct receipts *receipts_new(uint64_t seed) MUST_CHECK;
void receipts_free(struct receipts **receipts);
void receipts_add(struct receipts *receipts, const struct receipt_news *row);
/** Publish what has come together since the last time. */
void receipts_tell(struct server *server, struct receipts *receipts);

#endif
