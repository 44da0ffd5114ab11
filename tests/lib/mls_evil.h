/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A member that breaks the rules: commits and proposals that no honest client makes, signed
 *  and tagged as if they were fine. Only the confirmation tag is always wrong, so that what
 *  is refused for nothing else ends as ERR_CORRUPT. */
#ifndef CHAT_TESTS_MLS_EVIL_H
#define CHAT_TESTS_MLS_EVIL_H

#include "tests/lib/mls_party.h"

/** What an evil commit is made of. */
struct evil {
	const struct mls_proposal *proposals; /**< by value, unchecked */
	size_t count;
	struct bytes refs; /**< encoded by-reference entries, put behind them */
	const struct mls_path *path;
	struct mls_sender sender; /**< all zero: the party as member */
};

/** A valid path of @party for the group as it is, borrowed from @room. */
struct mls_path evil_path(struct party *party, struct buf *room);
struct buf evil_commit(struct party *party, const struct evil *evil);
struct buf evil_proposal(struct party *party, const struct mls_proposal *proposal);
/** Any content, signed by @party with sender @content->sender. */
struct buf evil_message(struct party *party, const struct mls_content *content);
/** An entry by reference to the proposal in @message, added to @out. */
void evil_ref(const struct buf *message, struct buf *out);

/** Alice, bob and carol in a group, and a good path of bob's. */
struct scene {
	struct party alice, bob, carol;
	struct buf path_room;
	struct mls_path path;
};

/** cmocka's set-up and tear-down. */
int scene_set_up(void **state);
int scene_tear_down(void **state);
#define SCENE(fn) cmocka_unit_test_setup_teardown(fn, scene_set_up, scene_tear_down)

/** Bob makes the commit @evil; alice must answer @want and stay as she is. */
void scene_refuse(struct scene *it, const struct evil *evil, enum err want);

#endif
