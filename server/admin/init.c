/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * init: everything that a first start would make by itself, and a file to put settings
 * into. Nothing that exists is touched.
 */
#include <string.h>

#include "common/os/file.h"
#include "common/os/lang.h"
#include "server/admin/command.h"
#include "server/secrets.h"

#define CONFIG_MODE 0644

static enum err make_folder(const char *path, struct str *said, struct str *why)
{
	enum err err = file_make_private(path);

	if (err == ERR_OK) {
		str_addf(said, _("data folder: %s\n"), path);
	} else {
		str_addf(why, _("cannot make the folder %s: %s"), path, _(err_text(err)));
	}
	return err;
}

static enum err make_secrets(const struct config *config, const struct random *random,
			     struct str *said, struct str *why)
{
	struct keys keys;
	enum err err =
		secrets_load(config->secrets.ptr, "chat-server", random, &keys, why);

	if (err == ERR_OK) {
		str_addf(said, _("secrets: %s\n"), config->secrets.ptr);
		keys_done(&keys);
	}
	return err;
}

static enum err make_file(const struct config *config, struct str *said, struct str *why)
{
	struct str text = STR_INIT;
	const char *path = config->file.ptr;
	const char *slash = strrchr(path, '/');
	enum err err = ERR_OK;

	if (config->file_found) {
		str_addf(said, _("settings: %s (kept)\n"), path);
		return ERR_OK;
	}
	if (slash && slash != path) {
		str_add_len(&text, path, (size_t)(slash - path));
		err = file_make_private(text.ptr);
		str_clear(&text);
	}
	config_sample(config, &text);
	if (err == ERR_OK) {
		err = file_replace(path, str_view(&text), CONFIG_MODE);
	}
	str_done(&text);
	if (err == ERR_OK) {
		str_addf(said, _("settings: %s\n"), path);
	} else {
		str_addf(why, _("cannot write %s: %s"), path, _(err_text(err)));
	}
	return err;
}

enum err command_init(struct admin *admin)
{
	const struct config *config = admin->config;
	enum err err = make_file(config, admin->said, admin->why);

	if (err == ERR_OK)
		err = command_become_owner(admin);
	if (err == ERR_OK)
		err = make_folder(config->data_dir.ptr, admin->said, admin->why);
	if (err == ERR_OK)
		err = make_secrets(config, &admin->setup->random, admin->said,
				   admin->why);
	return err;
}
