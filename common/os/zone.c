/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RFC 8536: the second block of the file, with its list of changes, and behind the last
 * change the rule in the footer, as POSIX writes TZ. Rules by the day of the year, which no
 * zone in use has, count as standard time.
 */
#include "common/os/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/bytes.h"
#include "common/base/str.h"
#include "common/os/file.h"

#define FOLDER    "/usr/share/zoneinfo"
#define FILE_MOST 65536
#define DAY_S     86400

struct counts {
	size_t utc, std, leap, time, type, chars;
};

static bool name_is_fine(const char *name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_+-/";
	size_t len = strlen(name);

	return len > 0 && len <= ZONE_NAME && strspn(name, good) == len &&
	       name[0] != '/' && !strstr(name, "//");
}

static bool read_head(struct rd *rd, struct counts *ret)
{
	struct bytes magic = rd_bytes(rd, 4);
	uint8_t version = rd_u8(rd);

	(void)rd_bytes(rd, 15);
	*ret = (struct counts){.utc = rd_u32(rd)};
	ret->std = rd_u32(rd);
	ret->leap = rd_u32(rd);
	ret->time = rd_u32(rd);
	ret->type = rd_u32(rd);
	ret->chars = rd_u32(rd);
	return bytes_equal(magic, bytes_text("TZif")) && version >= '2' &&
	       ret->utc < FILE_MOST && ret->std < FILE_MOST && ret->leap < FILE_MOST &&
	       ret->time < FILE_MOST && ret->type < FILE_MOST && ret->chars < FILE_MOST;
}

/* ---- the footer ---- */

/* "[+-]hh[:mm[:ss]]" in seconds. */
static long take_clock(const char **at)
{
	long sign = **at == '-' ? -1 : 1, value = 0, unit = 3600;

	*at += **at == '-' || **at == '+';
	for (; unit > 0; unit /= 60) {
		char *end;
		value += strtol(*at, &end, 10) * unit;
		*at = end;
		if (**at != ':')
			break;
		(*at)++;
	}
	return sign * value;
}

static void skip_letters(const char **at)
{
	if (**at == '<') {
		*at += strcspn(*at, ">");
		*at += **at == '>';
		return;
	}
	while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z'))
		(*at)++;
}

/* Days from 1970 to the first of @month (1 to 12) of @year: from March on, so that the
 * leap day is the last of its year. */
static int64_t days_to(int64_t year, int month)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 - 719468;
}

static int64_t year_of(int64_t days)
{
	int64_t year = 1970 + days / 366;

	while (days_to(year + 1, 1) <= days)
		year++;
	return year;
}

/* "Mm.w.d[/time]": seconds of local time from 1970 to that moment of @year. */
static bool take_rule(const char **at, int64_t year, int64_t *ret_s)
{
	char *text;

	if (**at != ',' || (*at)[1] != 'M')
		return false;
	int month = (int)strtol(*at + 2, &text, 10);
	int week = *text == '.' ? (int)strtol(text + 1, &text, 10) : 0;
	int day = *text == '.' ? (int)strtol(text + 1, &text, 10) : -1;
	if (month < 1 || month > 12 || week < 1 || week > 5 || day < 0 || day > 6)
		return false;
	int64_t first = days_to(year, month);
	int64_t next = days_to(year + month / 12, month % 12 + 1);
	int64_t at_day = first + (day - (first + 4) % 7 + 7) % 7 + 7 * (week - 1);
	bool timed = *text == '/';
	*ret_s = (at_day >= next ? at_day - 7 : at_day) * DAY_S;
	*at = text + timed;
	*ret_s += timed ? take_clock(at) : 7200;
	return true;
}

static int by_footer(const char *at, int64_t now_s)
{
	int64_t begin, end;

	skip_letters(&at);
	long std = -take_clock(&at), dst = std + 3600;
	if (!*at)
		return (int)std;
	skip_letters(&at);
	if (*at && *at != ',')
		dst = -take_clock(&at);
	int64_t year = year_of((now_s + std) / DAY_S);
	if (!take_rule(&at, year, &begin) || !take_rule(&at, year, &end))
		return (int)std;
	begin -= std;
	end -= dst;
	bool summer = begin < end ? now_s >= begin && now_s < end
				  : now_s >= begin || now_s < end;
	return (int)(summer ? dst : std);
}

/* ---- the file ---- */

static size_t changes_until(struct bytes times, int64_t now_s)
{
	size_t low = 0, high = times.len / 8;

	while (low < high) {
		size_t middle = (low + high) / 2;
		struct rd rd = rd_init(bytes_of(times.ptr + 8 * middle, 8));
		if ((int64_t)rd_u64(&rd) <= now_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum err read_zone(struct bytes file, int64_t now_s, int *ret_offset_s)
{
	AUTO(str_done) struct str footer = STR_INIT;
	struct rd rd = rd_init(file);
	struct counts n;

	if (!read_head(&rd, &n))
		return ERR_CORRUPT;
	(void)rd_bytes(&rd,
		       n.time * 5 + n.type * 6 + n.chars + n.leap * 8 + n.std + n.utc);
	if (!read_head(&rd, &n) || n.type == 0)
		return ERR_CORRUPT;
	struct bytes times = rd_bytes(&rd, n.time * 8), kinds = rd_bytes(&rd, n.time);
	struct bytes types = rd_bytes(&rd, n.type * 6);
	(void)rd_bytes(&rd, n.chars + n.leap * 12 + n.std + n.utc);
	struct bytes rest = rd_rest(&rd);
	if (rd_done(&rd) != ERR_OK)
		return ERR_CORRUPT;
	size_t before = changes_until(times, now_s);
	if (before == n.time && rest.len > 2) {
		str_set_len(&footer, (const char *)rest.ptr + 1, rest.len - 2);
		*ret_offset_s = by_footer(footer.ptr, now_s);
		return ERR_OK;
	}
	size_t kind = before > 0 ? kinds.ptr[before - 1] : 0;
	if (kind >= n.type)
		return ERR_CORRUPT;
	struct rd type = rd_init(bytes_of(types.ptr + 6 * kind, 4));
	*ret_offset_s = (int)(int32_t)rd_u32(&type);
	return ERR_OK;
}

enum err zone_offset(const char *name, int64_t now_s, int *ret_offset_s)
{
	AUTO(str_done) struct str path = STR_INIT;
	AUTO(buf_done) struct buf file = BUF_INIT;
	int offset_s = 0;

	if (!name_is_fine(name) || now_s < 0)
		return ERR_BAD;
	if (strcmp(name, "UTC") != 0) {
		str_addf(&path, "%s/%s", FOLDER, name);
		if (file_read(path.ptr, FILE_MOST, &file) != ERR_OK)
			return ERR_NOT_FOUND;
		enum err err = read_zone(buf_view(&file), now_s, &offset_s);
		if (err != ERR_OK)
			return err;
	}
	/* No place on earth is further from UTC than that. */
	if (offset_s < -DAY_S || offset_s > DAY_S)
		return ERR_CORRUPT;
	*ret_offset_s = offset_s;
	return ERR_OK;
}

enum err zone_local(char *ret_name, size_t size)
{
	const char *name = getenv("TZ");
	char target[256];
	int offset_s;

	if (!name || !*name) {
		ssize_t len = readlink("/etc/localtime", target, sizeof(target) - 1);
		target[len > 0 ? len : 0] = '\0';
		name = strstr(target, "zoneinfo/");
		name = name ? name + strlen("zoneinfo/") : "";
	}
	name += *name == ':';
	if (strlen(name) >= size || zone_offset(name, 0, &offset_s) != ERR_OK)
		return ERR_NOT_FOUND;
	snprintf(ret_name, size, "%s", name);
	return ERR_OK;
}
