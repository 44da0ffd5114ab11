/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A VFS under the sealing one that loses power: after a number of bytes written, the
 *  write in progress is cut and nothing reaches the disk any more. */
#ifndef CHAT_TESTS_CACHE_FAULT_VFS_H
#define CHAT_TESTS_CACHE_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define FAULT_VFS "fault"

/** Register it; any number of times. */
void fault_vfs_register(void);
/** Cut after @bytes more bytes; UINT64_MAX: never. */
void fault_vfs_cut(uint64_t bytes);
/** Bytes written since the last fault_vfs_cut(). */
uint64_t fault_vfs_written(void);
/** Whether the cut happened. */
bool fault_vfs_dead(void);

#endif
