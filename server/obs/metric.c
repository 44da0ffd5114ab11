/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text form: https://prometheus.io/docs/instrumenting/exposition_formats/. Each row has
 * its help, its type and one sample, but histograms, whose buckets are cumulative.
 */
#include "server/obs/metric.h"

#include <assert.h>

#include "common/base/attr.h"

static const struct metric_row rows[] = {
#define METRIC(id, type, name, help) {METRIC_TYPE_##type, name, help},
#include "server/obs/metric.def"
#undef METRIC
};

_Static_assert(ARRAY_LEN(rows) == METRIC_COUNT, "a row for each metric");

const struct metric_row *metric_row(enum metric metric)
{
	assert(metric < METRIC_COUNT);
	return &rows[metric];
}

const char *metric_type_word(enum metric_type type)
{
	static const char *const words[] = {"counter", "gauge", "histogram", "gauge"};

	return words[type];
}

void metric_label(struct metrics *metrics, const char *name, const char *value)
{
	struct str *labels = &metrics->labels;

	str_addf(labels, labels->len ? ",%s=\"" : "%s=\"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			str_add_char(labels, '\\');
		if ((unsigned char)*value >= 0x20)
			str_add_char(labels, *value);
	}
	str_add_char(labels, '"');
}

/* Whole numbers with all their digits, others with as many as a time in ms needs. */
static void write_number(struct str *out, double value)
{
	if (value == (double)(int64_t)value)
		str_addf(out, "%lld", (long long)value);
	else
		str_addf(out, "%.13g", value);
}

static void write_histogram(const struct metric_row *row,
			    const struct histogram *histogram, double unit,
			    struct str *out)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		count +=
			atomic_load_explicit(&histogram->counts[i], memory_order_relaxed);
		str_addf(out, "%s_bucket{le=\"%.9g\"} %llu\n", row->name,
			 (double)(histogram->first << i) * unit,
			 (unsigned long long)count);
	}
	count += atomic_load_explicit(&histogram->counts[HISTOGRAM_BUCKETS],
				      memory_order_relaxed);
	str_addf(out, "%s_bucket{le=\"+Inf\"} %llu\n", row->name,
		 (unsigned long long)count);
	str_addf(out, "%s_sum %.9g\n%s_count %llu\n", row->name,
		 (double)atomic_load_explicit(&histogram->sum, memory_order_relaxed) *
			 unit,
		 row->name, (unsigned long long)count);
}

void metrics_write(const struct metrics *metrics, struct str *out)
{
	for (unsigned i = 0; i < METRIC_COUNT; i++) {
		const struct metric_row *row = &rows[i];
		if (row->type == METRIC_TYPE_HISTOGRAM && !metrics->histograms[i])
			continue;
		str_addf(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help,
			 row->name, metric_type_word(row->type));
		if (row->type == METRIC_TYPE_HISTOGRAM) {
			write_histogram(row, metrics->histograms[i], metrics->units[i],
					out);
		} else if (row->type == METRIC_TYPE_INFO) {
			str_addf(out, "%s{%s} 1\n", row->name, metrics->labels.ptr);
		} else {
			str_addf(out, "%s ", row->name);
			write_number(out, metrics->values[i]);
			str_add_char(out, '\n');
		}
	}
}
