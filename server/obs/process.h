/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the system says of this process and of the disk that it writes to. Thread: any. */
#ifndef CHAT_OBS_PROCESS_H
#define CHAT_OBS_PROCESS_H

#include <stdint.h>

struct process_use {
	double cpu_seconds;
	uint64_t resident_bytes;
	uint64_t fds, fds_most;
};

/** What cannot be told stays 0. */
struct process_use process_use(void);
/** Bytes that an ordinary user may still write where @path lies; UINT64_MAX: unknown. */
uint64_t process_disk_free(const char *path);
/** Bytes of the file at @path, 0 when it is not there. */
uint64_t process_file_size(const char *path);

#endif
