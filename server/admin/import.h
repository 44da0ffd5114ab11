/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What import and export of rooms share. Thread: any. */
#ifndef CHAT_ADMIN_IMPORT_H
#define CHAT_ADMIN_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

/** "2026-11-20" or "2026-11-20T10:00" in UTC as milliseconds. */
bool admin_read_time(const char *text, uint64_t *ret_ms);

#endif
