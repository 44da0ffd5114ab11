/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A mailer that hands letters to a mail server (RFC 5321), over libcurl. A letter goes over
 *  TLS to a server whose certificate is verified, or not at all, except to this machine.
 *  One connection is kept for the letters that follow. Thread: as mailer.h. */
#ifndef CHAT_MAIL_MAILER_SMTP_H
#define CHAT_MAIL_MAILER_SMTP_H

#include "server/mail/mailer.h"

enum smtp_tls {
	SMTP_TLS_AUTO,     /**< STARTTLS; without TLS where the server is this machine */
	SMTP_TLS_STARTTLS, /**< there too */
};

struct smtp_config {
	const char *url; /**< smtp://host[:port] or smtps://host[:port] */
	const char *from;
	const char *user;          /**< NULL: no authentication */
	const char *password_file; /**< its first line, read anew for each connection */
	const char *ca;            /**< a file of certificates; NULL: the system's */
	const char *pin;           /**< sha256//BASE64 of the public key, or NULL */
	enum smtp_tls tls;
};

/** Errors: ERR_USAGE (@config makes no sense), ERR_STATE (built without libcurl), those of
 *  file_read_secret(); @why gets a sentence. */
enum err mailer_smtp_new(const struct smtp_config *config, struct mailer **ret_mailer,
			 struct str *why) MUST_CHECK;

#endif
