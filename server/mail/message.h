/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The form of a letter on the way (RFC 5322, 2045, 2047). Thread: any. */
#ifndef CHAT_MAIL_MESSAGE_H
#define CHAT_MAIL_MESSAGE_H

#include "server/mail/mailer.h"

/** Append @letter as an Internet message from @from. Everything in it is ASCII, no line is
 *  longer than 78 bytes but an address that is. Lines end in \n: what goes over SMTP gets
 *  its \r there. */
void message_print(const struct letter *letter, const char *from, struct str *str);

#endif
