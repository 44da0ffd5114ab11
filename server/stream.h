/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The bytes of a file as a body that goes out: read by the disk's thread, a piece at a
 *  time, while the socket takes the one before. Thread: loop. */
#ifndef CHAT_SERVER_STREAM_H
#define CHAT_SERVER_STREAM_H

#include "server/net/request.h"

/** @len bytes of @fd from @from on. Takes @fd; @slot is given back at the end. */
struct source *stream_new(struct server *server, int fd, uint64_t from, uint64_t len,
			  struct slot *slot) MUST_CHECK;

#endif
