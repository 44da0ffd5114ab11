/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * auth: a new token inside a connection, before the old one is over. It must be the same
 * user's; a connection never changes hands.
 */
#include "common/proto/limits.h"
#include "server/on/session.h"

enum err on_auth(struct session *session, struct frame *frame)
{
	struct body_auth body;
	struct who who = {.scope = 0};
	enum err err = frame_read_auth(frame, &body, &session->bad_field);

	if (err == ERR_OK) {
		err = server_verify(session->server, body.token, &who);
	}
	if (err != ERR_OK) {
		return err;
	}
	if (!id_equal(&who.user, &session->actor.user)) {
		return ERR_FORBIDDEN;
	}
	session->conn->who = who;
	session->actor.session = who.session;
	session->actor.scope = who.scope;
	return ERR_OK;
}
