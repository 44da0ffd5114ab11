/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The page of numbers, on a listener of its own: GET /metrics, and beside it /livez and
 *  /readyz. Thread: loop. */
#ifndef CHAT_SERVER_METRICS_H
#define CHAT_SERVER_METRICS_H

#include "server/obs/metric.h"
#include "server/server.h"

/** Serves that listener. */
extern const struct request_router metrics_router;

/** A call was answered with @status: counted by its kind, and log-ins beside that. */
void metrics_call(struct server *server, const struct rest_row *row, int status,
		  enum err err);

/** Why clients should not come here now, or NULL. A sentence for /readyz. */
const char *health_why(const struct server *server);
/** Once a second: look after the disk, and find out whether a store that failed works
 *  again. */
void health_tick(struct server *server);

#endif
