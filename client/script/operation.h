/* SPDX-License-Identifier: GPL-3.0-or-later */
/** --call: any operation of the server that takes and gives JSON, by the fields of its
 *  request; and --operations, which lists them. Thread: any. */
#ifndef CHAT_CLIENT_SCRIPT_OPERATION_H
#define CHAT_CLIENT_SCRIPT_OPERATION_H

#include "client/profile.h"
#include "client/script/request.h"

/** Fill @request (a REQUEST_CALL) from the words of the command line: each FIELD=VALUE (of a
 *  list once more for each item), or "-" alone for a JSON object from standard input.
 *  Errors: ERR_USAGE, ERR_IO, and those of body_decode_request(); @why gets a sentence. */
enum err operation_read(const struct opts *opts, struct request *request,
			struct str *why) MUST_CHECK;
/** Append a line for each: its name, fields (those in brackets may be left out), summary. */
void operation_list(struct str *out);

#endif
