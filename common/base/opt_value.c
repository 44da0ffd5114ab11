/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values as people write them: numbers, durations, sizes, yes and no. Not the table of
 * options (opt.c), which uses these; a unit multiplies, and nothing may overflow.
 */
#include "common/base/opt.h"

#include <string.h>

struct unit {
	const char *name;
	int64_t factor;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits from *@at on, at least one; leaves *@at behind them. */
static enum err read_digits(const char **at, int64_t *ret_value)
{
	int64_t value = 0;

	if (!is_digit(**at))
		return ERR_BAD;
	for (; is_digit(**at); (*at)++) {
		if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
		    __builtin_add_overflow(value, (int64_t)(**at - '0'), &value))
			return ERR_TOO_BIG;
	}
	*ret_value = value;
	return ERR_OK;
}

enum err opt_parse_int(const char *text, int64_t *ret_value)
{
	bool negative = *text == '-';
	const char *at = text + negative;
	int64_t value;

	enum err err = read_digits(&at, &value);
	if (err != ERR_OK)
		return err;
	if (*at)
		return ERR_BAD;
	*ret_value = negative ? -value : value;
	return ERR_OK;
}

static enum err parse_with_unit(const char *text, const struct unit *units, size_t count,
				int64_t *ret_value)
{
	int64_t value;

	enum err err = read_digits(&text, &value);
	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, units[i].name) != 0)
			continue;
		if (__builtin_mul_overflow(value, units[i].factor, &value))
			return ERR_TOO_BIG;
		*ret_value = value;
		return ERR_OK;
	}
	return ERR_BAD;
}

enum err opt_parse_duration(const char *text, int64_t *ret_ms)
{
	static const struct unit units[] = {
		{"", 1000},     {"ms", 1},      {"s", 1000},    {"m", 60000},
		{"min", 60000}, {"h", 3600000}, {"d", 86400000}};

	return parse_with_unit(text, units, ARRAY_LEN(units), ret_ms);
}

enum err opt_parse_size(const char *text, int64_t *ret_bytes)
{
	static const struct unit units[] = {
		{"", 1},        {"B", 1},         {"K", 1 << 10}, {"KiB", 1 << 10},
		{"M", 1 << 20}, {"MiB", 1 << 20}, {"G", 1 << 30}, {"GiB", 1 << 30}};

	return parse_with_unit(text, units, ARRAY_LEN(units), ret_bytes);
}

enum err opt_parse_bool(const char *text, bool *ret_value)
{
	static const char *const words[][2] = {
		{"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		for (int is = 0; is < 2; is++) {
			if (strcmp(text, words[i][is]) == 0) {
				*ret_value = is;
				return ERR_OK;
			}
		}
	}
	return ERR_BAD;
}
