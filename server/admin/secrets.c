/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server secrets. A key is changed by adding one with the next number; the older ones
 * stay for what was made with them. The keys that sign are in the hands of the server that
 * runs, so it is asked; a pepper is read when it starts.
 */
#include "server/secrets.h"

#include <string.h>

#include "common/os/lang.h"
#include "server/admin/chore.h"

static enum err rotate_jwt(struct admin *admin)
{
	AUTO(json_free) struct json *json = NULL;
	struct body_rotated body;
	enum err err =
		admin_ask(admin, REST_admin_tokens_rotate, NULL, body_none_def(),
			  &(struct body_none){0}, body_rotated_def(), &body, &json);

	if (err == ERR_OK) {
		/* TRANSLATORS: %llu is the number of a key */
		str_addf(admin->said,
			 _("key %llu signs access tokens; those before it hold for 11 "
			   "minutes more\n"),
			 (unsigned long long)body.number);
	}
	return err;
}

static enum err rotate_pepper(struct admin *admin)
{
	AUTO(str_done) struct str path = STR_INIT;
	enum err err = secrets_add_pepper(admin->setup->config.secrets_dir,
					  &admin->setup->random, &path, admin->why);

	if (err == ERR_OK)
		str_addf(admin->said,
			 _("%s was made; the server uses it from its next start on. Keep "
			   "the older ones, and copy this one to where you keep them.\n"),
			 path.ptr);
	return err;
}

enum err command_secrets(struct admin *admin)
{
	if (strcmp(admin->words[0], "rotate") == 0) {
		if (strcmp(admin->words[1], "jwt") == 0)
			return rotate_jwt(admin);
		if (strcmp(admin->words[1], "pepper") == 0)
			return rotate_pepper(admin);
	}
	str_add(admin->why, _("it is: chat-server secrets rotate jwt, or pepper"));
	return ERR_USAGE;
}
