/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What clocks show in a time zone that is not this process's own: TZ and localtime() know
 *  one zone for all threads. Read from the system's zone files (RFC 8536).
 *  Thread: any. */
#ifndef CHAT_OS_ZONE_H
#define CHAT_OS_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/err.h"

#define ZONE_NAME 64 /**< bytes of a name such as "America/Argentina/Buenos_Aires" */

/** How far ahead of UTC the clocks of @name are at @now_s, in seconds.
 *  Errors: ERR_BAD (no name of a zone), ERR_NOT_FOUND, ERR_CORRUPT. */
enum err zone_offset(const char *name, int64_t now_s, int *ret_offset_s) MUST_CHECK;

/** The name of the zone that this machine is in: TZ, else what /etc/localtime points at.
 *  Errors: ERR_NOT_FOUND. */
enum err zone_local(char *ret_name, size_t size) MUST_CHECK;

#endif
