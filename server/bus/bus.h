/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who hears what. An ear listens to topics (rooms, and the user itself); news that is
 *  published to a topic reaches each of its ears once, in order of publishing. The bus is a
 *  hint, the store is the log: who misses news finds the hole by its seq.
 *  Thread: loop. */
#ifndef CHAT_SERVER_BUS_BUS_H
#define CHAT_SERVER_BUS_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/id.h"

struct bus_seat;
struct bus_topic;
struct bus_news;

/** Embedded in what listens. All zero but hear = listens to nothing. */
struct bus_ear {
	/** News for this ear. @seat is its place in the topic. */
	void (*hear)(struct bus_ear *ear, struct bus_seat *seat,
		     const struct bus_news *news);
	struct bus_seat **seats;
	uint32_t count, cap;
};

/** One ear in one topic. The two words are the listener's. */
struct bus_seat {
	struct bus_ear *ear;
	struct bus_topic *topic;
	uint32_t in_topic, in_ear; /**< indices, so that leaving costs nothing */
	bool held;                 /**< the listener's: a replay is being read */
	bool spoke;                /**< the listener's: it has said something here */
	/** The listener's: held: the greatest seq withheld; else: the one up to which a replay
	 *  has told everything. */
	uint64_t upto;
};

/** Base of what is published; the publisher embeds it. */
struct bus_news {
	struct id topic;
};

struct bus {
	/** Let @ear hear @topic; the seat it has there, also when it had it before. */
	struct bus_seat *(*listen)(struct bus *bus, const struct id *topic,
				   struct bus_ear *ear);
	/** The seat of @ear in @topic, or NULL. */
	struct bus_seat *(*find)(const struct bus *bus, const struct id *topic,
				 const struct bus_ear *ear);
	void (*unlisten)(struct bus *bus, const struct id *topic, struct bus_ear *ear);
	/** Leave every topic and give back the list; before the ear's memory goes. */
	void (*forget)(struct bus *bus, struct bus_ear *ear);
	/** An ear may leave the topic while it hears, nobody may join. */
	void (*publish)(struct bus *bus, const struct bus_news *news);
	/** How many ears of this process @topic has. */
	size_t (*count)(const struct bus *bus, const struct id *topic);
	/** Nobody may listen any more. */
	void (*close)(struct bus **bus);
};

/** The bus of one process. @seed: random bits, topics are named by peers. */
struct bus *bus_local_new(uint64_t seed) MUST_CHECK;

/** The topic's id. */
const struct id *bus_seat_topic(const struct bus_seat *seat);

#endif
