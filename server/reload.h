/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Settings that change while the server runs. Thread: loop. */
#ifndef CHAT_SERVER_RELOAD_H
#define CHAT_SERVER_RELOAD_H

#include "server/server.h"

/** Read settings and certificate anew. What is wrong is logged and the old one stays;
 *  nobody's connection ends. */
void server_reload(struct server *server);

#endif
