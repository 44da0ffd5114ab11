/* SPDX-License-Identifier: GPL-3.0-or-later */
/** SQLite behind the port: one file in WAL mode, every commit on disk before it returns.
 *  The caller sees to it that one process at a time opens the file (server.lock) and that
 *  in it one connection writes. Thread: as driver.h. */
#ifndef CHAT_STORE_DRIVER_SQLITE_H
#define CHAT_STORE_DRIVER_SQLITE_H

#include "server/store/driver.h"

extern const struct driver driver_sqlite;

/** What SQLite calls itself, for --version and /metrics. */
const char *driver_sqlite_version(void);

#endif
