/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A ui on a screen of text with a model of two or three people in it, for tests: type on
 *  it, draw, compare with a golden file, ask what the hooks heard. */
#ifndef CHAT_TESTS_STAGE_H
#define CHAT_TESTS_STAGE_H

#include "client/model/model.h"
#include "client/ui/ui.h"
#include "tests/lib/fake_clock.h"

struct stage {
	struct fake_clock clock;
	struct model model;
	struct ui *ui;
	struct screen *screen; /**< borrowed of ui */
	struct id alice, bob, carol;
	struct room *lobby; /**< alice is at the screen */
	struct str log;     /**< what the hooks heard, one per line */
	enum ui_taken taken;
	unsigned last; /**< of ids and sequence numbers */
};

/** Lobby and ops (public), a direct chat with bob; nobody has said anything. */
void stage_init(struct stage *stage, int rows, int cols);
/** The same with an inputrc. */
void stage_init_inputrc(struct stage *stage, int rows, int cols, const char *inputrc);
/** In lines, which go to @out_fd. */
void stage_init_linear(struct stage *stage, int out_fd);
void stage_done(struct stage *stage);
/** A sent message; the clock goes on by a minute. Returns it. */
struct message *stage_say(struct stage *stage, struct room *room, const struct id *who,
			  const char *text);
void stage_type(struct stage *stage, const char *bytes);
/** Let @ms pass, tick, draw. */
void stage_wait(struct stage *stage, uint64_t ms);
void stage_resize(struct stage *stage, int rows, int cols);
/** Draw, and compare with tests/golden/@name.txt; GOLDEN=record writes it instead. */
void stage_golden(struct stage *stage, const char *name);
/** The same, and below the screen how each of its cells looks: b bold, i italic, t both, s
 *  struck out, u underlined, c on another colour. */
void stage_golden_looks(struct stage *stage, const char *name);
/** Draw; whether @text stands somewhere. */
bool stage_shows(struct stage *stage, const char *text);
/** What the hooks heard since the last call. */
const char *stage_heard(struct stage *stage);

#endif
