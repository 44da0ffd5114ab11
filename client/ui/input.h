/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Bytes of a keyboard, taken apart: keys in one spelling each (whatever the terminal
 *  sends for Home), pasted text, mouse, focus. What no table knows is swallowed, so that
 *  the rest of an unknown sequence never becomes text or a vi command.
 *  Thread: ui. */
#ifndef CHAT_UI_INPUT_H
#define CHAT_UI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/str.h"

/** How long an Esc waits for what it may be the beginning of. */
#define INPUT_ESC_MS 50
/** A paste whose end never comes is over after this silence. */
#define INPUT_PASTE_MS 2000
/** Longer pastes are cut: 64 messages of the greatest size. */
#define INPUT_PASTE_MOST (1 << 20)

enum input_kind {
	INPUT_KEY,   /**< bytes: one key, complete; xterm's spelling */
	INPUT_PASTE, /**< bytes: valid UTF-8 with '\n' between lines */
	INPUT_MOUSE,
	INPUT_FOCUS,
};

struct input_event {
	enum input_kind kind;
	const char *bytes; /**< valid during the call */
	size_t len;
	bool cut;     /**< the paste was longer */
	bool on;      /**< focus came; mouse button went down */
	int button;   /**< 0 left, 1 middle, 2 right, 64 wheel up, 65 wheel down */
	int row, col; /**< from 0 */
};

typedef void input_fn(const struct input_event *event, void *ctx);

struct input {
	char held[64]; /**< the beginning of something */
	size_t len;
	bool skipping; /**< inside a string (OSC, DCS …) that is not for us */
	bool pasting;
	bool paste_cut;
	struct str paste;
	uint64_t due_ms; /**< monotonic: when waiting ends; 0 = nothing waits */
};

void input_init(struct input *input);
void input_done(struct input *input);
/** Take @bytes apart; @fn hears what they are. */
void input_feed(struct input *input, const char *bytes, size_t len, uint64_t mono_ms,
		input_fn *fn, void *ctx);
/** What waits too long is complete. */
void input_tick(struct input *input, uint64_t mono_ms, input_fn *fn, void *ctx);

#endif
