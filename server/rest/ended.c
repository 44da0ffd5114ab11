/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the commit that ends sessions to the connections that hang on them. */
#include "server/rest/ended.h"

#include "common/base/mem.h"
#include "common/crypto/secret.h"

static void ended_done(void *data)
{
	struct ended *ended = data;

	mem_free(ended->ids);
	wipe(&ended->before, sizeof(ended->before));
	wipe(&ended->hash, sizeof(ended->hash));
}

struct ended *ended_new(struct call *call)
{
	return call_data(call, sizeof(struct ended), ended_done);
}

void ended_add(const struct id *session, void *ctx)
{
	struct ended *ended = ctx;

	if (ended->count == ended->cap) {
		ended->cap = mem_grow(ended->cap, ended->count + 1);
		ended->ids = mem_resize(ended->ids, ended->cap, sizeof(struct id));
	}
	ended->ids[ended->count++] = *session;
}

void ended_tell(struct call *call)
{
	struct server *server = call->server;
	struct ended *ended = call->data;

	/* The answer first: the connection that asked may be among those that end. */
	struct id *ids = ended->ids;
	size_t count = ended->count;
	ended->ids = NULL;
	call_finish(call);
	for (size_t i = 0; i < count; i++)
		server_revoke(server, &ids[i]);
	mem_free(ids);
}
