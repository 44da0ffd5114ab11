/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A mailer that puts each letter into a folder as a file of its own: for servers without
 *  mail, for tests, and for tools that carry mail on. Thread: as mailer.h. */
#ifndef CHAT_MAIL_MAILER_SPOOL_H
#define CHAT_MAIL_MAILER_SPOOL_H

#include "server/mail/mailer.h"

/** Spool into @folder, made 0700 when it is not there; mails come from the address @from.
 *  Errors: those of file_make_private(). */
enum err mailer_spool_new(const char *folder, const char *from,
			  struct mailer **ret_mailer) MUST_CHECK;

#endif
