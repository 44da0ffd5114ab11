/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The files of a message, as the store has them (the `extra` of an event) and as people
 *  read them. Thread: any. */
#ifndef CHAT_CLIENT_ATTACHED_H
#define CHAT_CLIENT_ATTACHED_H

#include "common/base/bytes.h"
#include "common/base/str.h"
#include "common/proto/body.h"

/** Append a line for each file that @extra names, "▤ plan.txt · 8 B · text/plain"; each but
 *  the first of @text begins a new line. Where only ids are known, one line says how many.
 *  False: there is none. */
bool attached_lines(struct bytes extra, struct str *text);
/** Append a number of bytes as people say it. */
void attached_size(uint64_t bytes, struct str *text);

typedef void attached_fn(const struct body_file_note *note, void *ctx);
/** Call @fn for each file of @extra whose name is known. */
void attached_each(struct bytes extra, attached_fn *fn, void *ctx);

/** Whether it is of a type that can be shown as a picture. */
bool attached_is_picture(const struct body_file_note *note);
/** The first of them that is small enough to be shown without being asked for. */
bool attached_picture(struct bytes extra, struct id *ret_file);

#endif
