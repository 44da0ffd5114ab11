/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chat-server secrets. A key is changed by adding one with the next number; the older ones
 * stay for what was made with them. The keys that sign and seal are in the hands of the
 * server that runs, so it is asked; a pepper is read when it starts.
 */
#include "server/secrets.h"

#include <string.h>
#include <time.h>

#include "common/os/lang.h"
#include "server/admin/chore.h"

#define SEAL_TRIES 100 /* ten seconds */

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

/* A server that runs begins by itself within a second, and may have been faster. */
static enum err seal_anew(struct admin *admin, struct chore_report *report)
{
	enum err err = chore_do(admin, CHORE_SEAL, false, report);

	for (unsigned i = 0; i < SEAL_TRIES && err == ERR_BUSY; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
		str_clear(admin->why);
		err = chore_do(admin, CHORE_SEAL, false, report);
	}
	return err;
}

static enum err rotate_seal(struct admin *admin)
{
	AUTO(json_free) struct json *json = NULL;
	struct body_seal_rotated body;
	struct chore_report report = {0};
	enum err err = admin_need_database(admin);

	if (err == ERR_OK)
		err = admin_ask(admin, REST_admin_seal_rotate, NULL, body_none_def(),
				&(struct body_none){0}, body_seal_rotated_def(), &body,
				&json);
	if (err != ERR_OK)
		return err;
	/* TRANSLATORS: %llu is the number of a key */
	str_addf(admin->said,
		 _("key %llu seals from now on; copy its file to where you keep them\n"),
		 (unsigned long long)body.number);
	err = seal_anew(admin, &report);
	if (err != ERR_OK)
		return err;
	if (report.failed > 0) {
		str_addf(admin->why,
			 _("%llu of %llu sealed values open with none of the keys"),
			 (unsigned long long)report.failed,
			 (unsigned long long)report.total);
		return ERR_CORRUPT;
	}
	str_addf(admin->said,
		 _("all %llu sealed values are sealed with it; the keys before it are "
		   "needed for older backups alone\n"),
		 (unsigned long long)report.total);
	return ERR_OK;
}

enum err command_secrets(struct admin *admin)
{
	if (strcmp(admin->words[0], "rotate") == 0) {
		if (strcmp(admin->words[1], "jwt") == 0)
			return rotate_jwt(admin);
		if (strcmp(admin->words[1], "pepper") == 0)
			return rotate_pepper(admin);
		if (strcmp(admin->words[1], "seal") == 0)
			return rotate_seal(admin);
	}
	str_add(admin->why, _("it is: chat-server secrets rotate jwt, pepper or seal"));
	return ERR_USAGE;
}
