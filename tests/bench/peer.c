/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of what is measured, in the order of the columns.
 */
#include "tests/bench/peer.h"

#include <string.h>

#include "tests/bench/peer_rows.h"

const struct peer *const peers[] = {
	&peer_chat, &peer_raw, &peer_nats,    &peer_node, &peer_jetstream,
	&peer_mqtt, &peer_irc, &peer_fastapi, NULL,
};

const struct peer *peer_find(const char *name)
{
	for (const struct peer *const *peer = peers; *peer; peer++) {
		if (strcmp((*peer)->name, name) == 0)
			return *peer;
	}
	return NULL;
}
