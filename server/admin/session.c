/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chat-server session: where somebody is logged in, and the end of it. */
#include "common/os/lang.h"
#include "server/admin/chore.h"
#include "server/admin/verb.h"

static void print_line(const void *item, struct str *out)
{
	const struct body_session *session = item;

	str_addf(out, "%s  ", id_text(&session->session).text);
	admin_time(session->used_ts, out);
	str_add(out, "  ");
	verb_column(out, session->how, 9);
	verb_column(out, session->place, 16);
	verb_column(out, session->client, 20);
	str_add(out, " ");
	verb_column(out, session->device_name, 0);
}

static enum err list(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_user_sessions,
			       .words = {{"user", admin->words[0]}}};

	return verb_list(admin, &ask, print_line);
}

static enum err revoke(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_session_revoke,
			       .words = {{"session", admin->words[0]}}};
	enum err err = verb_ask(admin, &ask);

	if (err == ERR_OK)
		str_add(admin->said, _("the session is ended\n"));
	return err;
}

static enum err revoke_all(struct admin *admin)
{
	struct verb_ask ask = {.op = REST_admin_user_sessions_revoke,
			       .words = {{"user", admin->words[0]}}};
	enum err err = verb_ask(admin, &ask);

	if (err == ERR_OK)
		str_addf(admin->said, _("%s is logged out everywhere\n"),
			 admin->words[0]);
	return err;
}

enum err command_session(struct admin *admin)
{
	static const struct verb verbs[] = {
		{"list", 1, 1, list, false},
		{"revoke", 1, 1, revoke, false},
		{"revoke-all", 1, 1, revoke_all, true},
	};

	return verb_run(admin, "session", verbs, ARRAY_LEN(verbs));
}
