/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What bytes are, by their first ones and never by what they are said to be. Only kinds
 *  that a browser cannot be made to run are named. Thread: any. */
#ifndef CHAT_CORE_SNIFF_H
#define CHAT_CORE_SNIFF_H

#include "common/base/bytes.h"

#define SNIFF_MOST 4096 /**< bytes that are looked at; text needs most */

/** The media type of a file that begins with @head: "application/octet-stream" for what is
 *  not known. @whole: nothing follows. */
const char *sniff_type(struct bytes head, bool whole);

#endif
