/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Why the server refused, for people and for scripts: the problem document of RFC 9457
 *  (fields of `problem` in body_rest.def) taken apart once, so that forms, commands and
 *  scripts say the same. Texts of the server are hostile until denial_say().
 *  Thread: ui. */
#ifndef CHAT_CLIENT_NET_DENIAL_H
#define CHAT_CLIENT_NET_DENIAL_H

#include <stdint.h>

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/str.h"

struct denial {
	enum err err;
	uint64_t retry_ms; /**< from the answer on; 0: it says nothing */
	struct str field;  /**< of the request, as on the wire; "": none */
	struct str detail; /**< English, raw; "": none */
};

#define DENIAL_INIT ((struct denial){.field = STR_INIT, .detail = STR_INIT})

void denial_done(struct denial *denial);
/** What @body, the problem that came with @err, says; it may be empty or anything else. */
void denial_read(struct denial *denial, enum err err, struct bytes body);
/** Append one translated line, neutralised: what is wrong with which field, and when
 *  another try makes sense. */
void denial_say(const struct denial *denial, struct str *out);
/** Both at once, for who needs nothing else of it. */
void denial_words(enum err err, struct bytes body, struct str *out);
/** Append the object {"type":"error",…} of --json. */
void denial_json(const struct denial *denial, struct buf *out);

#endif
