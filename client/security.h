/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Notifications about the account itself, in words for people. Thread: ui. */
#ifndef CHAT_CLIENT_SECURITY_H
#define CHAT_CLIENT_SECURITY_H

#include "common/base/bytes.h"
#include "common/base/str.h"

/** Append the sentence for @word (body_notify.what), translated; the word itself, raw, for
 *  one that a newer server has. */
void security_say(struct bytes word, struct str *out);

#endif
