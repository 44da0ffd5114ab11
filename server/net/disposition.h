/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The Content-Disposition header of a download. Thread: any. */
#ifndef CHAT_SERVER_NET_DISPOSITION_H
#define CHAT_SERVER_NET_DISPOSITION_H

#include "common/base/bytes.h"
#include "common/base/str.h"

/** Append the value that has a browser save the body under @name: RFC 6266 with the form of
 *  RFC 8187 alone, which has no quoting to get wrong. */
void disposition_write(struct bytes name, struct str *out);

#endif
