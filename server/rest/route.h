/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The way from a request to its handler: the row of rest.def whose path and method fit,
 *  who asks, whether that row is theirs. Thread: loop. */
#ifndef CHAT_REST_ROUTE_H
#define CHAT_REST_ROUTE_H

#include "server/net/request.h"

extern const struct request_router rest_router;

#endif
