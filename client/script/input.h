/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Standard input of a script command. Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_INPUT_H
#define CHAT_CLIENT_SCRIPT_INPUT_H

#include "common/base/err.h"
#include "common/base/str.h"

/** Append what comes up to its end, or until it is more than a request takes, without the
 *  newline that every tool puts at the end. Waits. Errors: ERR_IO; @why gets a sentence. */
enum err input_read(struct str *text, struct str *why) MUST_CHECK;

#endif
