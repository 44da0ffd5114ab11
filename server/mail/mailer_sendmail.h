/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A mailer that hands each letter to a program of this machine, as sendmail(8) takes it:
 *  the message on its standard input, the result in its exit status. Thread: as mailer.h. */
#ifndef CHAT_MAIL_MAILER_SENDMAIL_H
#define CHAT_MAIL_MAILER_SENDMAIL_H

#include "server/mail/mailer.h"

#define SENDMAIL_WORDS 16 /**< of a command */

/** @command: a program by its full path and its arguments, separated by blanks. No shell
 *  reads it. {to} in an argument becomes the recipient; without it the program has to read
 *  that from the message (-t). Errors: ERR_USAGE; @why gets a sentence. */
enum err mailer_sendmail_new(const char *command, const char *from,
			     struct mailer **ret_mailer, struct str *why) MUST_CHECK;

#endif
