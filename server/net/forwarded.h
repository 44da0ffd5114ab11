/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Who stands behind a proxy. X-Forwarded-For is believed only as far as it was written by
 *  proxies that the configuration names; everything to the left of the first stranger could
 *  have been invented by that stranger. Pure. Thread: any. */
#ifndef CHAT_SERVER_NET_FORWARDED_H
#define CHAT_SERVER_NET_FORWARDED_H

#include <stdbool.h>

#include "common/base/bytes.h"
#include "server/net/range.h"
#include "server/net/who.h"

/** When @peer is a trusted proxy: put the address of its client, which is the rightmost one
 *  of @header (the value of X-Forwarded-For) that no trusted proxy has, into @peer. What
 *  is no address ends the search. True when the address was changed. */
bool forwarded_peer(const struct net_ranges *trusted, struct bytes header,
		    struct peer *peer);

#endif
