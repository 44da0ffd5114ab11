/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A passphrase comes from a file that nobody else may read, and never from the command
 * line, which everybody on the machine may.
 */
#include "server/admin/passphrase.h"

#include <string.h>

#include "common/crypto/secret.h"
#include "common/os/file.h"
#include "common/os/lang.h"

#define FILE_MOST 4096

enum err passphrase_read(struct admin *admin, struct buf *ret_passphrase)
{
	const char *path = opts_text(&admin->config->opts, OPTION_PASSPHRASE_FILE);
	AUTO(buf_wipe) struct buf text = BUF_INIT;

	if (!path[0])
		return ERR_OK;
	enum err err = file_read_secret(path, FILE_MOST, &text);
	if (err == ERR_FORBIDDEN)
		str_addf(admin->why, _("%s must be readable by its owner alone"), path);
	else if (err != ERR_OK)
		str_addf(admin->why, _("cannot read %s: %s"), path, _(err_text(err)));
	if (err != ERR_OK)
		return err;
	const uint8_t *end = memchr(text.ptr, '\n', text.len);
	size_t len = end ? (size_t)(end - text.ptr) : text.len;
	if (len < PASSPHRASE_LEAST) {
		str_addf(admin->why, _("the first line of %s has less than %d bytes"),
			 path, PASSPHRASE_LEAST);
		return ERR_WEAK_PASSWORD;
	}
	buf_add(ret_passphrase, text.ptr, len);
	return ERR_OK;
}
