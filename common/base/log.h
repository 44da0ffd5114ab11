/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The log: one line per failure, at the place that gives up. `category: sentence,
 *  key=value`; English; never message text, tokens, codes or keys. Libraries do not log.
 *  The sink is the one mutable global of the tree. Thread: any. */
#ifndef CHAT_BASE_LOG_H
#define CHAT_BASE_LOG_H

#include "common/base/attr.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/** Receives one finished line: escaped, without newline. Must be callable from any thread. */
typedef void log_sink_fn(enum log_level level, const char *line, void *ctx);

/** Where lines go and the least urgent level that is passed on. NULL: nowhere. Call
 *  before the threads start. */
void log_set_sink(log_sink_fn *sink, enum log_level most, void *ctx);

/** The least urgent level from here on. Thread: any. */
void log_set_level(enum log_level most);

/** Format, escape control characters and invalid UTF-8 as \xNN, pass to the sink. */
void log_write(enum log_level level, const char *format, ...) PRINTF(2, 3);

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)

/** "error", "warning", "info", "debug". */
const char *log_level_name(enum log_level level);

#endif
