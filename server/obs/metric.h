/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Numbers for whoever watches the server, and their text form (Prometheus, version 0.0.4).
 *  The rows are in metric.def. Counters that rise in many places live here; the others are
 *  put in when the page is asked for. Thread: loop. */
#ifndef CHAT_OBS_METRIC_H
#define CHAT_OBS_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/histogram.h"
#include "common/base/str.h"

enum metric {
#define METRIC(id, type, name, help) METRIC_##id,
#include "server/obs/metric.def"
#undef METRIC
	METRIC_COUNT
};

enum metric_type {
	METRIC_TYPE_COUNTER,
	METRIC_TYPE_GAUGE,
	METRIC_TYPE_HISTOGRAM,
	METRIC_TYPE_INFO
};

struct metric_row {
	enum metric_type type;
	const char *name, *help;
};

const struct metric_row *metric_row(enum metric metric);
/** "counter", "gauge", "histogram"; an info is a gauge. */
const char *metric_type_word(enum metric_type type);

struct metrics {
	double values[METRIC_COUNT];
	const struct histogram *histograms[METRIC_COUNT]; /**< borrowed while writing */
	double units[METRIC_COUNT]; /**< of a histogram: what one counts, as 1e-6 s */
	struct str labels;          /**< of the info: `a="b",c="d"` */
};

static inline void metric_add(struct metrics *metrics, enum metric metric, double more)
{
	metrics->values[metric] += more;
}

static inline void metric_set(struct metrics *metrics, enum metric metric, double value)
{
	metrics->values[metric] = value;
}

/** Append ` name="value",` with the value escaped to the labels of the info. */
void metric_label(struct metrics *metrics, const char *name, const char *value);
/** The page. */
void metrics_write(const struct metrics *metrics, struct str *out);

#endif
