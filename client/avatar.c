/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is no picture does not leave this machine: a slip of the finger must not send a private
 * key. The server looks again.
 */
#include "client/avatar.h"

#include "client/app_inside.h"
#include "common/os/file.h"
#include "common/os/lang.h"
#include "common/proto/limits.h"
#include "common/proto/picture.h"

enum err avatar_put(struct app *app, const char *path, link_result_fn *done, void *ctx,
		    struct str *why)
{
	AUTO(buf_done) struct buf picture = BUF_INIT;
	enum err err = file_read(path, LIMIT_AVATAR, &picture);

	if (err == ERR_TOO_BIG) {
		str_addf(why, _("%s: a picture has at most %d KiB"), path,
			 LIMIT_AVATAR / 1024);
	} else if (err != ERR_OK) {
		str_addf(why, _("cannot read %s: %s"), path, _(err_text(err)));
	} else if (!picture_type_still(buf_view(&picture))) {
		str_addf(why, _("%s is no PNG, JPEG or WebP file"), path);
		err = ERR_BAD;
	}
	if (err == ERR_OK)
		app_upload(app, "auth_avatar_put", buf_view(&picture), done, ctx);
	return err;
}
