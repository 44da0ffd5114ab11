/* SPDX-License-Identifier: GPL-3.0-or-later */
/** From the command line to a request. Thread: ui, before the app. */
#ifndef CHAT_CLIENT_SCRIPT_COMMAND_H
#define CHAT_CLIENT_SCRIPT_COMMAND_H

#include "client/profile.h"
#include "client/script/request.h"

/** Whether the command line asks for a script command at all. */
bool command_given(const struct profile *profile);
/** What it asks for; reads standard input where "-" stands for the text of --send.
 *  Errors: ERR_USAGE, ERR_IO and those of request_check(), with a sentence in @why. */
enum err command_read(const struct profile *profile, struct request *ret,
		      struct str *why) MUST_CHECK;

#endif
