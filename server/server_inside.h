/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the beginning of a server hangs into its loop. Thread: loop. */
#ifndef CHAT_SERVER_SERVER_INSIDE_H
#define CHAT_SERVER_SERVER_INSIDE_H

/** Something came back from another thread; @ctx: the server. */
void server_woken(void *ctx);
/** The loop has done a turn: what it submitted may be worked on. */
void server_turned(void *ctx);

#endif
