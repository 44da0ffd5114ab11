/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Which files are pictures of people: what a client may send and a server takes, told by
 *  their first bytes. They are never decoded. Thread: any. */
#ifndef CHAT_PROTO_PICTURE_H
#define CHAT_PROTO_PICTURE_H

#include "common/base/bytes.h"

/** The media type of @bytes, or NULL: it is not one of ours. */
const char *picture_type(struct bytes bytes);

#endif
