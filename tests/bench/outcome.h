/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What one run of a scene against one peer says. Thread: one. */
#ifndef CHAT_BENCH_OUTCOME_H
#define CHAT_BENCH_OUTCOME_H

#include "tests/bench/peer.h"

enum figure {
	FIGURE_PER_CPU, /**< deliveries per second of server CPU */
	FIGURE_PER_S,   /**< deliveries per second */
	FIGURE_CPU,     /**< cores that the server used */
	FIGURE_WIRE,    /**< bytes received per delivery */
	FIGURE_P50,     /**< ms from when a message was due to when it arrived */
	FIGURE_P99,
	FIGURE_LINE_KB,   /**< KB of memory per joined connection */
	FIGURE_IDLE_CPU,  /**< per cent of a core, with all connections idle */
	FIGURE_JOINS,     /**< connect, authenticate, join, per second */
	FIGURE_JOINS_CPU, /**< the same per second of server CPU */
	FIGURE_ACKS,      /**< durable acknowledgements per second */
	FIGURE_GROUP,     /**< of them in one transaction */
	FIGURE_BARE, /**< messages per second of SQLite alone, in such transactions */
	FIGURE_BARE_TIMES, /**< how many times faster that is */
	FIGURE_DISK_P50,   /**< ms of one small write with fdatasync */
	FIGURE_DISK_P99,
	FIGURE_COUNT
};

struct figure_row {
	const char *name;  /**< in JSON */
	const char *title; /**< in tables */
	const char *unit;
	int digits; /**< behind the point, in tables */
};
extern const struct figure_row figure_rows[FIGURE_COUNT];

struct outcome {
	bool failed;
	bool has[FIGURE_COUNT];
	double value[FIGURE_COUNT];
};

struct pace {
	double warm_s, seconds;
};

/** Start @peer, let @scene happen, end it. A fault is printed and makes it failed. */
void outcome_take(struct outcome *outcome, const struct peer *peer,
		  const struct place *place, const struct scene *scene,
		  const struct pace *pace);

#endif
