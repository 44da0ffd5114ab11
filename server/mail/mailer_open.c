/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMTP or a program where one is configured, else the spool. */
#include "server/mail/mailer_open.h"

#include "common/os/lang.h"
#include "server/mail/mailer_sendmail.h"
#include "server/mail/mailer_spool.h"

enum err mailer_open(const struct mail_config *config, struct mailer **ret_mailer,
		     struct str *why)
{
	struct smtp_config smtp = config->smtp;

	if (config->sendmail && smtp.url) {
		str_add(why, _("mail goes one way: smtp_url or sendmail_command"));
		return ERR_USAGE;
	}
	smtp.from = config->from;
	if (smtp.url)
		return mailer_smtp_new(&smtp, ret_mailer, why);
	if (config->sendmail)
		return mailer_sendmail_new(config->sendmail, config->from, ret_mailer,
					   why);
	enum err err = mailer_spool_new(config->spool, config->from, ret_mailer);
	if (err != ERR_OK)
		str_addf(why, "cannot spool mail in %s: %s", config->spool,
			 err_text(err));
	return err;
}
