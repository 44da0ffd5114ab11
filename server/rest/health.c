/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * livez: the loop turns. readyz: it is also worth sending clients here, which it is not
 * while the last commit failed or the server is going down.
 */
#include "server/rest/call.h"
#include "server/store/writer.h"

static enum err say(struct call *call, const char *status)
{
	struct body_health body = {
		.status = bytes_text(status),
		.server = bytes_text(PACKAGE_NAME "-server/" PACKAGE_VERSION),
	};

	call_answer(call, &body);
	call_finish(call);
	return ERR_OK;
}

enum err rest_livez(struct call *call)
{
	return say(call, "ok");
}

enum err rest_readyz(struct call *call)
{
	if (call->server->drain_ms != 0) {
		return call_blame(call, ERR_BUSY, NULL, N_("the server is going down"));
	}
	if (writer_health(call->server->writer) != ERR_OK) {
		return call_blame(call, ERR_BUSY, NULL,
				  N_("the store cannot be written"));
	}
	return say(call, "ready");
}
