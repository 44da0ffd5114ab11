/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What is measured: how many people in which rooms, and what they do. Thread: any. */
#ifndef CHAT_BENCH_SCENE_H
#define CHAT_BENCH_SCENE_H

#include <stddef.h>

enum scene_kind {
	SCENE_FLOOD, /**< closed loop, as fast as it goes */
	SCENE_PACED, /**< open loop: so many messages a second, whatever happens */
	SCENE_IDLE,  /**< joined connections that say nothing */
	SCENE_JOIN,  /**< connect, authenticate, join */
	SCENE_STORE, /**< durable sends, beside SQLite alone */
};

struct scene {
	const char *name;
	const char *title;
	enum scene_kind kind;
	unsigned people;    /**< connections; in rooms one after the other */
	unsigned room_size; /**< receivers of each message */
	unsigned senders;   /**< of each room: its first members */
	unsigned depth;     /**< messages in flight of each sender */
	unsigned rate;      /**< messages a second, of all senders together */
};

static inline unsigned scene_rooms(const struct scene *scene)
{
	return scene->people / scene->room_size;
}

/** All of them, @name NULL at the end. */
extern const struct scene scenes[];
/** NULL: there is none of that name. */
const struct scene *scene_find(const char *name);

#endif
