/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One write per line, so that lines of several threads do not mix. What is in a line was
 * escaped by log_write() already: no control characters, valid UTF-8.
 */
#include "server/obs/log_out.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/proto/json_out.h"

static void add_time(uint64_t now_ms, char stamp[32])
{
	time_t seconds = (time_t)(now_ms / 1000);
	struct tm utc;

	gmtime_r(&seconds, &utc);
	size_t len = strftime(stamp, 32, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(stamp + len, 32 - len, ".%03uZ", (unsigned)(now_ms % 1000));
}

static void add_json(enum log_level level, const char *line, const char *stamp,
		     struct str *out)
{
	AUTO(buf_done) struct buf text = BUF_INIT;
	struct json_out json = json_out_init(&text);
	const char *colon = strstr(line, ": ");

	json_out_open(&json, '{');
	json_out_put_word(&json, "time", stamp);
	json_out_put_word(&json, "level", log_level_name(level));
	if (colon) {
		json_out_put_text(&json, "category",
				  bytes_of(line, (size_t)(colon - line)));
	}
	json_out_put_word(&json, "message", colon ? colon + 2 : line);
	json_out_close(&json, '}');
	str_add_len(out, (const char *)text.ptr, text.len);
}

void log_out_format(enum log_format format, enum log_level level, const char *line,
		    uint64_t now_ms, struct str *out)
{
	/* of syslog(3): err, warning, info, debug */
	static const int priorities[] = {3, 4, 6, 7};
	char stamp[32];

	add_time(now_ms, stamp);
	switch (format) {
	case LOG_FORMAT_JSON: add_json(level, line, stamp, out); break;
	case LOG_FORMAT_JOURNAL: str_addf(out, "<%d>%s", priorities[level], line); break;
	case LOG_FORMAT_AUTO:
	case LOG_FORMAT_TEXT:
		str_addf(out, "%s %s %s", stamp, log_level_name(level), line);
		break;
	}
	str_add_char(out, '\n');
}

/* systemd.exec(5): JOURNAL_STREAM is device:inode of the stream. */
enum log_format log_out_choose(enum log_format format)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (format != LOG_FORMAT_AUTO)
		return format;
	if (!stream || fstat(STDERR_FILENO, &st) != 0)
		return LOG_FORMAT_TEXT;
	snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	return strcmp(own, stream) == 0 ? LOG_FORMAT_JOURNAL : LOG_FORMAT_TEXT;
}

void log_out(enum log_level level, const char *line, void *ctx)
{
	AUTO(str_done) struct str text = STR_INIT;
	atomic_int *format = ctx;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	log_out_format((enum log_format)atomic_load(format), level, line,
		       (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000,
		       &text);
	/* Where standard error is gone there is nobody to tell. */
	ssize_t written = write(STDERR_FILENO, text.ptr, text.len);

	(void)written;
}
