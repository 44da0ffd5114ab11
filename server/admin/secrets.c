/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server secrets. The keys are in the hands of the server that runs, so it is asked;
 * without one the command is the server for a moment (ask.h).
 */
#include "server/admin/secrets.h"

#include <string.h>

#include "common/os/lang.h"
#include "common/proto/body.h"
#include "server/ask.h"

enum err secrets_run(const struct server_setup *setup, const char *const *words,
		     size_t count, struct str *said, struct str *why)
{
	AUTO(buf_done) struct buf answer = BUF_INIT;
	AUTO(json_free) struct json *json = NULL;
	struct body_rotated body;

	if (count != 2 || strcmp(words[0], "rotate") != 0 ||
	    strcmp(words[1], "jwt") != 0) {
		str_add(why, _("chat-server secrets rotate jwt"));
		return ERR_USAGE;
	}
	enum err err = ask_server(setup, REST_admin_tokens_rotate, NULL, bytes_text("{}"),
				  &answer, why);
	if (err == ERR_OK)
		err = json_parse(buf_view(&answer), &json);
	if (err == ERR_OK)
		err = body_decode(body_rotated_def(), json, json_root(json), &body, NULL);
	if (err == ERR_OK) {
		/* TRANSLATORS: %llu is the number of a key */
		str_addf(said,
			 _("key %llu signs access tokens; those before it hold for 11 "
			   "minutes more\n"),
			 (unsigned long long)body.number);
	}
	return err;
}
