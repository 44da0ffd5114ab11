/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms of a line of the log, and of the page of numbers. */
#include "server/obs/log_out.h"

#include <stdlib.h>
#include <string.h>

#include "common/proto/json.h"
#include "server/obs/metric.h"
#include "tests/lib/check.h"

#define NOW 1700000000123

static const char *line(enum log_format format, enum log_level level, const char *text,
			struct str *out)
{
	str_clear(out);
	log_out_format(format, level, text, NOW, out);
	return out->ptr;
}

static void a_line_of_text_has_time_and_level(void **state)
{
	AUTO(str_done) struct str out = STR_INIT;

	assert_string_equal(line(LOG_FORMAT_TEXT, LOG_INFO, "server: ready", &out),
			    "2023-11-14T22:13:20.123Z info server: ready\n");
}

static void the_journal_gets_a_priority_and_no_time(void **state)
{
	AUTO(str_done) struct str out = STR_INIT;

	assert_string_equal(line(LOG_FORMAT_JOURNAL, LOG_ERROR, "store: bad", &out),
			    "<3>store: bad\n");
	assert_string_equal(line(LOG_FORMAT_JOURNAL, LOG_DEBUG, "net: so", &out),
			    "<7>net: so\n");
}

static void a_line_of_json_is_json_whatever_is_in_it(void **state)
{
	static const char *const texts[] = {"server: ready", "no category",
					    "rest: \"quoted\" \\ and ö, key={a: b}", ""};
	AUTO(str_done) struct str out = STR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO(json_free) struct json *json = NULL;
		struct bytes message, level;
		line(LOG_FORMAT_JSON, LOG_WARN, texts[i], &out);
		assert_ptr_equal(strchr(out.ptr, '\n'), out.ptr + out.len - 1);
		check_ok(json_parse(bytes_of(out.ptr, out.len - 1), &json));
		struct json_node root = json_root(json);
		assert_true(json_text(json_get(root, "message"), &message));
		assert_true(json_text(json_get(root, "level"), &level));
		assert_true(bytes_equal(level, bytes_text("warning")));
		const char *colon = strstr(texts[i], ": ");
		if (i == 0 || i == 2)
			assert_true(bytes_equal(message, bytes_text(colon + 2)));
	}
}

static void auto_is_text_where_no_journal_is_connected(void **state)
{
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(log_out_choose(LOG_FORMAT_AUTO), LOG_FORMAT_TEXT);
	setenv("JOURNAL_STREAM", "1:2", 1);
	assert_int_equal(log_out_choose(LOG_FORMAT_AUTO), LOG_FORMAT_TEXT);
	assert_int_equal(log_out_choose(LOG_FORMAT_JSON), LOG_FORMAT_JSON);
}

static void a_histogram_adds_up(void **state)
{
	AUTO(str_done) struct str out = STR_INIT;
	struct histogram histogram = {.first = 64};
	struct metrics metrics = {.labels = STR_INIT};

	histogram_add(&histogram, 1);
	histogram_add(&histogram, 64);
	histogram_add(&histogram, 65);
	histogram_add(&histogram, UINT64_MAX / 2);
	metrics.histograms[METRIC_commit_seconds] = &histogram;
	metrics.units[METRIC_commit_seconds] = 1e-6;
	metrics_write(&metrics, &out);
	assert_non_null(
		strstr(out.ptr, "chat_commit_seconds_bucket{le=\"6.4e-05\"} 2\n"));
	assert_non_null(
		strstr(out.ptr, "chat_commit_seconds_bucket{le=\"0.000128\"} 3\n"));
	assert_non_null(strstr(out.ptr, "chat_commit_seconds_bucket{le=\"+Inf\"} 4\n"));
	assert_non_null(strstr(out.ptr, "chat_commit_seconds_count 4\n"));
}

static void labels_are_escaped(void **state)
{
	struct metrics metrics = {.labels = STR_INIT};

	metric_label(&metrics, "a", "one");
	metric_label(&metrics, "b", "t\"w\\o\n");
	assert_string_equal(metrics.labels.ptr, "a=\"one\",b=\"t\\\"w\\\\o\"");
	str_done(&metrics.labels);
}

CHECK_MAIN(cmocka_unit_test(a_line_of_text_has_time_and_level),
	   cmocka_unit_test(the_journal_gets_a_priority_and_no_time),
	   cmocka_unit_test(a_line_of_json_is_json_whatever_is_in_it),
	   cmocka_unit_test(auto_is_text_where_no_journal_is_connected),
	   cmocka_unit_test(a_histogram_adds_up), cmocka_unit_test(labels_are_escaped))
