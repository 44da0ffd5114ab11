/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Tells the devices of those who are connected of notifications that have just been put
 *  into the store, whatever put them there: one reader looks for what is new after a
 *  commit. Nothing is told twice, nor after a restart. Thread: loop. */
#ifndef CHAT_SERVER_HERALD_H
#define CHAT_SERVER_HERALD_H

#include "common/base/attr.h"

struct herald;
struct server;

/** What is in the store already is told to nobody. */
struct herald *herald_new(struct server *server) MUST_CHECK;
/** After the store's threads have ended. */
void herald_free(struct herald **herald);
/** There are new ones. */
void herald_look(struct herald *herald);

#endif
