/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An imported message keeps the name that it had elsewhere, which may be that of somebody
 * here. So it is shown as said by a person made of that name: the id is a hash that no
 * server gives to an account, and the mark behind the name has a blank in it, which no
 * account name has. Search, store and screen know no difference.
 */
#include "client/stranger.h"

#include <string.h>

#include "client/app_inside.h"
#include "common/crypto/hash.h"
#include "common/os/lang.h"

static struct id id_of(struct bytes author)
{
	uint8_t digest[SHA256_LEN];
	struct sha256 hash;
	struct id id;

	sha256_init(&hash);
	sha256_add(&hash, bytes_text("chat imported author"));
	sha256_add(&hash, author);
	sha256_final(&hash, digest);
	memcpy(id.bytes, digest, ID_LEN);
	return id;
}

struct body_event stranger_event(struct app *app, const struct body_event *event)
{
	AUTO(str_done) struct str name = STR_INIT;
	struct body_event shown = *event;
	struct body_user user = {.user = {{0}}};

	if (!event->author.len)
		return shown;
	shown.from = id_of(event->author);
	if (event->said_ts)
		shown.ts = event->said_ts;
	if (people_find(&app->model.people, &shown.from))
		return shown;
	str_add_len(&name, (const char *)event->author.ptr, event->author.len);
	/* TRANSLATORS: behind a name, of a message from another program's log */
	str_addf(&name, " %s", _("(imported)"));
	user.user = shown.from;
	user.name = user.display_name = str_view(&name);
	app_show_user(app, &user);
	return shown;
}
