/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The link against a server that is the test itself: says() puts a frame into the client's
 *  inbox, expect_sent() takes the oldest one that the client has sent, expect_heard() what
 *  the link has handed up. Ids are written as one letter: 'A in a frame is the id made of
 *  that letter, any other apostrophe is a quote. Thread: one. */
#ifndef CHAT_TESTS_LINK_SCENE_H
#define CHAT_TESTS_LINK_SCENE_H

#include "client/net/link.h"
#include "client/net/transport_pair.h"
#include "common/base/str.h"
#include "tests/lib/fake_clock.h"

struct scene {
	struct fake_clock clock;
	struct transport_inbox inbox;
	struct transport_pair *pair;
	struct transport *transport;
	struct link *link;
	struct address address;
	uint32_t number;   /* of the connection that the server sees, 0 = none */
	struct str sent;   /* frames, one a line */
	struct str heard;  /* words, separated by blanks */
	const char *token; /* what ops.token answers; NULL = nothing yet */
};

struct id letter(char c);
void scene_init(struct scene *scene);
void scene_done(struct scene *scene);
/** Everything that lies in the inbox reaches the link. */
void deliver(struct scene *scene);
/** The server sends this frame. */
void says(struct scene *scene, const char *text);
/** … an event of the room named by one letter. */
void says_event(struct scene *scene, char room, int seq);
/** … welcome. */
void welcome(struct scene *scene);
/** … a digest of these rows. */
void digest(struct scene *scene, const char *rooms);
/** The server ends the connection. */
void shut(struct scene *scene, uint16_t code);
/** Time passes. */
void pass(struct scene *scene, uint64_t ms);
/** The oldest frame sent is this one; parts of it suffice. */
void expect_sent(struct scene *scene, const char *part);
void expect_nothing_sent(struct scene *scene);
/** All that was handed up since the last look, in words. */
void expect_heard(struct scene *scene, const char *words);
/** The id of the question sent last. */
int last_ask(struct scene *scene);
/** Go online. */
void start(struct scene *scene);
/** The same with room A known up to seq 5 of epoch 1, and nothing missing. */
void start_with_a5(struct scene *scene);

/** A row of a digest. */
#define ROW(room, epoch, head) \
	"{'room':'" room ",'kind':'public','security':'plain','epoch':" #epoch \
	",'head':" #head ",'ord':" #head "}"

#endif
