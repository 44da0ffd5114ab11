/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text of four lines, so that who signs by hand (ssh-keygen -Y sign) sees what. */
#include "common/proto/key_login.h"

static void add(struct str *out, const char *what, struct bytes value)
{
	str_addf(out, "%s: ", what);
	str_add_len(out, (const char *)value.ptr, value.len);
	str_add_char(out, '\n');
}

void key_login_message(struct bytes server, struct bytes login, struct bytes nonce,
		       struct str *out)
{
	str_add(out, "chat log-in 1\n");
	add(out, "server", server);
	/* No account has that name. */
	add(out, "account", login.len ? login : bytes_text("*"));
	add(out, "nonce", nonce);
}
