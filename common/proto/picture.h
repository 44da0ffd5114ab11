/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Which bytes are a picture, told by the first of them and never by what they are said to
 *  be. They are not decoded here. Thread: any. */
#ifndef CHAT_PROTO_PICTURE_H
#define CHAT_PROTO_PICTURE_H

#include "common/base/bytes.h"

/** The media type of PNG, JPEG, GIF or WebP that begins with @bytes; NULL for anything
 *  else. */
const char *picture_type(struct bytes bytes);
/** The same of what a person may show as his picture: nothing that moves. */
const char *picture_type_still(struct bytes bytes);

#endif
