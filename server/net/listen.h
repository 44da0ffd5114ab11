/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Sockets that wait for clients, and who a client is by its socket. The sockets are ours
 *  and not lws's, which would silently take over a live Unix socket and tell a port in use
 *  as a number only. Thread: loop. */
#ifndef CHAT_SERVER_NET_LISTEN_H
#define CHAT_SERVER_NET_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/err.h"
#include "common/base/str.h"
#include "server/net/who.h"

/** Listen on the Unix socket @path with exactly @mode. A stale socket is replaced, a live
 *  one never. Errors: ERR_EXISTS (somebody listens there), ERR_TOO_BIG (path), ERR_IO;
 *  @why gets a sentence. */
enum err listen_unix(const char *path, mode_t mode, int *ret_fd,
		     struct str *why) MUST_CHECK;
/** Listen on a numeric address or name; @port 0: any free one, told in *ret_port.
 *  Errors: ERR_EXISTS (in use), ERR_BAD (no such address), ERR_FORBIDDEN (a port below
 *  1024 without the right), ERR_IO; @why gets a sentence. */
enum err listen_tcp(const char *host, unsigned port, int *ret_fd, unsigned *ret_port,
		    struct str *why) MUST_CHECK;
/** The port that @fd is bound to; 0 for a Unix socket. */
unsigned listen_port(int fd);
/** Whether @host names only this machine. */
bool listen_is_loopback(const char *host);
/** The name of @uid on this system into @dst. False when it has none or a longer one. May
 *  block (name services). Thread: any. */
bool listen_user_name(uint32_t uid, char *dst, size_t size);
/** Accept one: non-blocking, close-on-exec, without Nagle's delay; -1 when none waits.
 *  ERR_BUSY through *ret_err when the process is out of descriptors. */
int listen_accept(int fd, struct peer *ret_peer, enum err *ret_err);

#endif
