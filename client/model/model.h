/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Everything that is shown, in one place: plain data with rules, no I/O, no clock. The
 *  app fills it from the cache and the network, the ui draws it.
 *  Thread: ui. */
#ifndef CHAT_MODEL_MODEL_H
#define CHAT_MODEL_MODEL_H

#include <stdint.h>

#include "client/model/hits.h"
#include "client/model/people.h"
#include "client/model/pictures.h"
#include "client/model/room.h"

enum model_link {
	MODEL_OFFLINE,    /**< not connected and not trying */
	MODEL_CONNECTING, /**< trying */
	MODEL_WAITING,    /**< trying again at retry_ms */
	MODEL_ONLINE,
};

struct model {
	struct id self;    /**< zero = nobody is logged in */
	struct str server; /**< as dialled, for the status line */
	enum model_link link;
	uint64_t retry_ms; /**< monotonic */
	size_t waiting;    /**< messages in the outbox */
	struct people people;
	struct rooms rooms;
	struct hits hits; /**< of the last search */
	struct pictures pictures;
};

/** @seed: random bits for the hash tables. */
void model_init(struct model *model, uint64_t seed);
void model_done(struct model *model);
/** Put another room on the screen (NULL = none): new-messages line of both. */
void model_enter(struct model *model, struct room *room);
/** Forget typing that is over. True: something changed. */
bool model_expire(struct model *model, uint64_t mono_ms);
/** When model_expire() has something to do; 0 = never. */
uint64_t model_next_ms(const struct model *model);

#endif
