/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server user. Passwords come from stdin and never from the command line, where every
 * user of the machine could read them.
 */
#include <stdio.h>
#include <string.h>

#include "common/crypto/secret.h"
#include "common/os/lang.h"
#include "common/proto/body.h"
#include "server/admin/command.h"
#include "server/ask.h"

#define LINE_MOST 256 /* of stdin: LIMIT_PASSWORD and what is refused by name */

static enum err usage(struct str *why)
{
	str_add(why, _("chat-server user add NAME [EMAIL] [admin] [-], "
		       "chat-server user login-code NAME, "
		       "chat-server user disable NAME [WHY] or "
		       "chat-server user enable NAME"));
	return ERR_USAGE;
}

static struct bytes read_line(char line[LINE_MOST])
{
	if (!fgets(line, LINE_MOST, stdin))
		return bytes_of("", 0);
	return bytes_of(line, strcspn(line, "\n"));
}

static enum err add(const struct server_setup *setup, const char *const *words,
		    size_t count, struct str *said, struct str *why)
{
	struct body_admin_user body = {.name = bytes_text(words[0])};
	AUTO(buf_wipe) struct buf args = BUF_INIT;
	AUTO(buf_done) struct buf answer = BUF_INIT;
	char line[LINE_MOST];

	for (size_t i = 1; i < count; i++) {
		if (strcmp(words[i], "-") == 0)
			body.password = read_line(line);
		else if (strcmp(words[i], "admin") == 0)
			body.admin = true;
		else if (strchr(words[i], '@') && !body.email.ptr)
			body.email = bytes_text(words[i]);
		else
			return usage(why);
	}
	struct json_out out = json_out_init(&args);
	body_encode(body_admin_user_def(), &out, &body);
	wipe(line, sizeof(line));
	enum err err = ask_server(setup, REST_admin_user_add, NULL, buf_view(&args),
				  &answer, why);
	if (err == ERR_OK)
		str_addf(said, _("%s has an account now\n"), words[0]);
	return err;
}

static enum err login_code(const struct server_setup *setup, const char *name,
			   struct str *said, struct str *why)
{
	AUTO(buf_wipe) struct buf answer = BUF_INIT;
	AUTO(json_free) struct json *json = NULL;
	struct body_login_code body;
	enum err err = ask_server(setup, REST_admin_login_code, name, bytes_text("{}"),
				  &answer, why);

	if (err == ERR_OK)
		err = json_parse(buf_view(&answer), &json);
	if (err == ERR_OK)
		err = body_decode(body_login_code_def(), json, json_root(json), &body,
				  NULL);
	if (err == ERR_OK) {
		/* TRANSLATORS: %.*s is a code of six digits, %s the name of an account */
		str_addf(said,
			 _("%.*s answers the next log-in of %s, within 10 minutes\n"),
			 (int)body.code.len, (const char *)body.code.ptr, name);
	}
	return err;
}

/* All sessions of @name end, and none begins; or the other way round. */
static enum err set_state(struct admin *admin, enum rest_op op, const char *name,
			  const char *why_not)
{
	struct body_user_state body = {.user = bytes_text(name),
				       .why = why_not ? bytes_text(why_not)
						      : bytes_of(NULL, 0)};
	AUTO(buf_done) struct buf args = BUF_INIT, answer = BUF_INIT;
	struct json_out out = json_out_init(&args);

	body_encode(body_user_state_def(), &out, &body);
	enum err err =
		ask_server(admin->setup, op, name, buf_view(&args), &answer, admin->why);
	if (err == ERR_OK && op == REST_admin_user_disable)
		str_addf(admin->said, _("%s is logged out and cannot log in\n"), name);
	else if (err == ERR_OK)
		str_addf(admin->said, _("%s can log in again\n"), name);
	return err;
}

enum err command_user(struct admin *admin)
{
	const char *const *words = admin->words;

	if (admin->count >= 2 && strcmp(words[0], "add") == 0)
		return add(admin->setup, words + 1, admin->count - 1, admin->said,
			   admin->why);
	if (admin->count == 2 && strcmp(words[0], "login-code") == 0)
		return login_code(admin->setup, words[1], admin->said, admin->why);
	if ((admin->count == 2 || admin->count == 3) && strcmp(words[0], "disable") == 0)
		return set_state(admin, REST_admin_user_disable, words[1],
				 admin->count == 3 ? words[2] : NULL);
	if (admin->count == 2 && strcmp(words[0], "enable") == 0)
		return set_state(admin, REST_admin_user_enable, words[1], NULL);
	return usage(admin->why);
}
