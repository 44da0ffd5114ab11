/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Which way mail leaves the server. Thread: before the threads. */
#ifndef CHAT_MAIL_MAILER_OPEN_H
#define CHAT_MAIL_MAILER_OPEN_H

#include "server/mail/mailer_smtp.h"

struct mail_config {
	const char *from;
	const char *spool;       /**< a folder; where the two others are NULL */
	const char *sendmail;    /**< a command, or NULL */
	struct smtp_config smtp; /**< its url may be NULL; `from` is set from above */
};

/** Errors: those of the mailers; ERR_USAGE when both are given; @why gets a sentence. */
enum err mailer_open(const struct mail_config *config, struct mailer **ret_mailer,
		     struct str *why) MUST_CHECK;

#endif
