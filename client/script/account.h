/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Options about one's account and about people, as operations of the server: --devices,
 *  --totp-enrol, --block and so on. Thread: ui. */
#ifndef CHAT_CLIENT_SCRIPT_ACCOUNT_H
#define CHAT_CLIENT_SCRIPT_ACCOUNT_H

#include "client/profile.h"
#include "client/script/request.h"

/** Whether words may follow the option @which. */
bool account_takes_words(enum option which);
/** Fill @request (a REQUEST_CALL) for the option @which. Reads passwords from their files or
 *  from the terminal. Errors: ERR_USAGE and those of file_read_secret(); @why gets a
 *  sentence. */
enum err account_read(const struct opts *opts, enum option which, struct request *request,
		      struct str *why) MUST_CHECK;

#endif
