/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Entity tags (RFC 9110 section 8.8.3): every answer to a GET over HTTP has one, made of
 *  its bytes, and is not sent to who has it already. Caches on the way never keep what
 *  belongs to somebody (Cache-Control: no-store); the tag is for whoever asks again. */
#ifndef CHAT_REST_ETAG_H
#define CHAT_REST_ETAG_H

#include "server/rest/call.h"

/** Make the tag of the answer that was written, where it takes one and has none. On the
 *  store's thread it costs the loop nothing. Thread: any. */
void etag_make(struct call *call);
/** Set the header. Whether If-None-Match names it, so that 304 says it all. Thread: loop. */
bool etag_spares(struct call *call);

#endif
