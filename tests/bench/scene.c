/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of scenes. Messages in flight fall as rooms grow: all of them together stay
 * within what one socket holds, so that a server that delivers evenly has no slow receivers.
 */
#include "tests/bench/scene.h"

#include <strings.h>

/* name, title, kind, people, room size, senders, in flight, rate */
const struct scene scenes[] = {
	{"A10", "one room, 10 receivers", SCENE_FLOOD, 10, 10, 10, 16, 0},
	{"A100", "one room, 100 receivers", SCENE_FLOOD, 100, 100, 10, 8, 0},
	{"A1000", "one room, 1000 receivers", SCENE_FLOOD, 1000, 1000, 10, 4, 0},
	{"A10000", "one room, 10000 receivers", SCENE_FLOOD, 10000, 10000, 10, 2, 0},
	{"B100", "100 pairs in 100 rooms", SCENE_FLOOD, 200, 2, 2, 1, 0},
	{"B1000", "1000 pairs in 1000 rooms", SCENE_FLOOD, 2000, 2, 2, 1, 0},
	{"latency", "10 receivers, 1000 messages/s offered", SCENE_PACED, 10, 10, 10, 0,
	 1000},
	{"idle", "10000 joined connections", SCENE_IDLE, 10000, 100, 1, 1, 0},
	{"join", "connect, authenticate, join", SCENE_JOIN, 10000, 100, 1, 1, 0},
	{"S1", "durable sends, 1 sender alone in its room", SCENE_STORE, 1, 1, 1, 1, 0},
	{"S10", "durable sends, 10 senders", SCENE_STORE, 10, 1, 1, 1, 0},
	{"S100", "durable sends, 100 senders", SCENE_STORE, 100, 1, 1, 1, 0},
	{"S1000", "durable sends, 1000 senders", SCENE_STORE, 1000, 1, 1, 1, 0},
	{0},
};

const struct scene *scene_find(const char *name)
{
	for (const struct scene *scene = scenes; scene->name; scene++) {
		if (strcasecmp(scene->name, name) == 0)
			return scene;
	}
	return NULL;
}
