/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The service manager (systemd), by its datagram protocol of sd_notify(3): no library is
 *  needed for it, and nothing happens where there is none. Thread: loop. */
#ifndef CHAT_OBS_NOTIFY_H
#define CHAT_OBS_NOTIFY_H

#include <stdint.h>

/** "READY=1", "STOPPING=1", "WATCHDOG=1"; several lines are possible. */
void notify_say(const char *state);
/** "RELOADING=1" with the time that goes with it; READY=1 ends it. */
void notify_reloading(void);
/** How often WATCHDOG=1 is wanted, in ms; 0: not at all. */
uint64_t notify_watchdog_ms(void);
#define NOTIFY_FIRST_FD 3 /**< of those that are passed on */
#define NOTIFY_MOST_FDS 8 /**< with more none is taken */

/** Sockets that were passed on (sd_listen_fds(3)): descriptors from 3 on; how many. They
 *  are made close-on-exec, and the answer is 0 the next time. */
unsigned notify_sockets(void);

#endif
