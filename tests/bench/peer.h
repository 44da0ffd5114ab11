/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What a server is to the load: how it is started and what it speaks. A peer is one row of
 *  functions in its own file; the table stands in peer.c. Thread: one. */
#ifndef CHAT_BENCH_PEER_H
#define CHAT_BENCH_PEER_H

#include "tests/bench/daemon.h"
#include "tests/bench/load.h"

/** Where things are: the same for all runs. */
struct place {
	const char *server;  /**< the program chat-server */
	const char *fanout;  /**< the program raw_fanout */
	const char *source;  /**< tests/bench of the source tree */
	const char *modules; /**< folder with node_modules */
	const char *stocked; /**< a database to begin with, NULL: an empty one */
	const char *fault;   /**< what raw_fanout is to do wrong, NULL: nothing */
};

struct peer {
	const char *name;
	const char *title;
	const char *promise; /**< what an acknowledgement or echo means */
	bool one_order;      /**< a room has one order for all its listeners */
	bool acks;           /**< senders get an acknowledgement instead of an echo */
	bool ours;
	unsigned at_once; /**< logins in progress, 0: the usual number */
	unsigned largest; /**< room that it fills within minutes, 0: any */
	/** Whether it can run here; a sentence in @why when not. */
	bool (*here)(const struct place *place, struct str *why);
	void (*version)(const struct place *place, char ret_line[100]);
	/** Start it for @scene. *ret_party is the peer's own. */
	void (*start)(struct daemon *daemon, const struct place *place,
		      const struct scene *scene, void **ret_party);
	void (*end)(void *party); /**< free what start() made; may be NULL */
	/** The connection stands: begin to log in. */
	void (*greet)(struct line *line);
	/** Bytes came: work on all whole frames, return how many bytes they are. */
	size_t (*hear)(struct line *line, const char *data, size_t len);
	/** Put one message whose text is MARK_TEXT bytes at @text. */
	void (*say)(struct line *line, const struct mark *mark, const char *text);
};

/** For SCENE_STORE our own server leaves a copy of the database it begins with. */
#define PEER_COPY "copy.db"

/** NULL at the end. */
extern const struct peer *const peers[];
const struct peer *peer_find(const char *name);

#endif
