/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * livez: the loop turns. readyz: it is also worth sending clients here; health.c knows.
 */
#include "server/metrics.h"
#include "server/net/loop.h"
#include "server/rest/call.h"

static enum err say(struct call *call, const char *status)
{
	struct body_health body = {
		.status = bytes_text(status),
		.server = bytes_text(PACKAGE_NAME "-server/" PACKAGE_VERSION),
		.lws = bytes_text(loop_version()),
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
	const char *why = health_why(call->server);

	return why ? call_blame(call, ERR_BUSY, NULL, why) : say(call, "ready");
}
