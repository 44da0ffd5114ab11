/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The physical limit: raw_fanout.c reads blocks of 100 bytes and writes them to everybody
 * in the room. It parses nothing and keeps nothing.
 */
#include <stdio.h>
#include <string.h>

#include "tests/bench/peer_rows.h"

static bool raw_here(const struct place *place, struct str *why)
{
	if (place->fanout)
		return true;
	str_add(why, "raw_fanout was not built");
	return false;
}

static void raw_version(const struct place *place, char ret_line[100])
{
	snprintf(ret_line, 100, "epoll, no parsing, no store");
}

static void raw_start(struct daemon *daemon, const struct place *place,
		      const struct scene *scene, void **ret_party)
{
	char port[8];

	snprintf(port, sizeof(port), "%u", daemon->port);
	daemon_start(daemon, (const char *[]){place->fanout, port, place->fault, NULL});
	*ret_party = NULL;
}

/* The first block names the room, and comes back. */
static void raw_greet(struct line *line)
{
	char block[MARK_TEXT];

	memset(block, ' ', sizeof(block));
	snprintf(block, sizeof(block), "%u", line->room);
	line_put(line, block, sizeof(block));
}

static size_t raw_hear(struct line *line, const char *data, size_t len)
{
	size_t used = 0;

	for (; len - used >= MARK_TEXT; used += MARK_TEXT) {
		if (line->state == LINE_LOGIN)
			line_joined(line);
		else
			line_heard(line, data + used);
	}
	return used;
}

static void raw_say(struct line *line, const struct mark *mark, const char *text)
{
	line_put(line, text, MARK_TEXT);
}

const struct peer peer_raw = {
	.name = "raw",
	.title = "raw epoll",
	.promise = "nothing",
	.one_order = true,
	.here = raw_here,
	.version = raw_version,
	.start = raw_start,
	.greet = raw_greet,
	.hear = raw_hear,
	.say = raw_say,
};
