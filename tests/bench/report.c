/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rounds are interleaved: each round runs all peers, one after the other, so that a busy
 * minute of the machine hits all of them. A ratio is the median of the rounds' ratios.
 */
#include "tests/bench/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/base/attr.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned count)
{
	qsort(values, count, sizeof(*values), by_value);
	return count % 2 ? values[count / 2]
			 : (values[count / 2 - 1] + values[count / 2]) / 2;
}

bool report_median(const struct report *report, unsigned column, enum figure figure,
		   double *ret_median)
{
	double values[REPORT_ROUNDS];
	unsigned count = 0;

	for (unsigned i = 0; i < report->rounds; i++) {
		const struct outcome *outcome = &report->outcomes[column][i];
		if (!outcome->failed && outcome->has[figure])
			values[count++] = outcome->value[figure];
	}
	if (count)
		*ret_median = median(values, count);
	return count > 0;
}

/* Of two columns, round by round. */
static bool median_ratio(const struct report *report, unsigned column, unsigned base,
			 enum figure figure, double *ret_ratio)
{
	double values[REPORT_ROUNDS];
	unsigned count = 0;

	for (unsigned i = 0; i < report->rounds; i++) {
		const struct outcome *one = &report->outcomes[column][i];
		const struct outcome *other = &report->outcomes[base][i];
		if (!one->failed && !other->failed && one->has[figure] &&
		    other->has[figure] && other->value[figure] > 0)
			values[count++] = one->value[figure] / other->value[figure];
	}
	if (count)
		*ret_ratio = median(values, count);
	return count > 0;
}

/* ---- tables ---- */

void report_number(double value, int digits, char ret_text[24])
{
	char plain[24];
	size_t out = 0;

	snprintf(plain, sizeof(plain), "%.*f", digits, value);
	size_t whole = strcspn(plain, ".");
	for (size_t i = 0; plain[i] && out < 22; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0 && plain[i - 1] != '-')
			ret_text[out++] = ' ';
		ret_text[out++] = plain[i];
	}
	ret_text[out] = '\0';
}

static void print_figure(const struct report *report, enum figure figure)
{
	const struct figure_row *row = &figure_rows[figure];
	bool any = false;
	double value;

	for (unsigned i = 0; i < report->count; i++)
		any = any || report_median(report, i, figure, &value);
	if (!any)
		return;
	printf("  %-33s %-4s", row->title, row->unit);
	for (unsigned i = 0; i < report->count; i++) {
		char text[24] = "-";
		if (report_median(report, i, figure, &value))
			report_number(value, row->digits, text);
		printf(" %12s", text);
	}
	printf("\n");
}

static enum figure main_figure(const struct scene *scene)
{
	static const enum figure figures[] = {
		[SCENE_FLOOD] = FIGURE_PER_CPU, [SCENE_PACED] = FIGURE_P50,
		[SCENE_IDLE] = FIGURE_LINE_KB,  [SCENE_JOIN] = FIGURE_JOINS,
		[SCENE_STORE] = FIGURE_ACKS,
	};

	return figures[scene->kind];
}

void report_print(const struct report *report)
{
	printf("\n%s: %s\n  %-38s", report->scene->name, report->scene->title, "");
	for (unsigned i = 0; i < report->count; i++)
		printf(" %12s", report->columns[i].title);
	printf("\n");
	for (enum figure figure = 0; figure < FIGURE_COUNT; figure++)
		print_figure(report, figure);
	printf("  %-38s", "ratio to the first column");
	for (unsigned i = 0; i < report->count; i++) {
		char text[24] = "-";
		double ratio;
		if (median_ratio(report, i, 0, main_figure(report->scene), &ratio))
			report_number(ratio, 2, text);
		printf(" %12s", text);
	}
	printf("\n");
	for (unsigned i = 0; i < report->count; i++) {
		unsigned failed = 0;
		for (unsigned j = 0; j < report->rounds; j++)
			failed += report->outcomes[i][j].failed;
		if (failed)
			printf("  %s: %u of %u rounds FAILED\n", report->columns[i].title,
			       failed, report->rounds);
	}
	fflush(stdout);
}

void report_json(const struct report *report, FILE *file)
{
	for (unsigned i = 0; i < report->count; i++) {
		for (enum figure figure = 0; figure < FIGURE_COUNT; figure++) {
			const struct figure_row *row = &figure_rows[figure];
			double value;
			if (!report_median(report, i, figure, &value))
				continue;
			fprintf(file,
				"{\"scene\":\"%s\",\"peer\":\"%s\",\"events\":%llu,"
				"\"figure\":\"%s\",\"unit\":\"%s\",\"median\":%.6g,"
				"\"rounds\":[",
				report->scene->name, report->columns[i].peer->name,
				(unsigned long long)report->columns[i].events, row->name,
				row->unit, value);
			for (unsigned j = 0; j < report->rounds; j++)
				fprintf(file, "%s%.6g", j ? "," : "",
					report->outcomes[i][j].value[figure]);
			fprintf(file, "]}\n");
		}
	}
	fflush(file);
}

/* ---- bars ---- */

struct bar {
	const char *scene;
	enum figure figure;
	bool at_least;
	double value;     /* or a factor to that peer's figure */
	const char *peer; /* NULL: an absolute value */
};

static const struct bar bars[] = {
	{"A10", FIGURE_PER_CPU, true, 800000, NULL},
	{"A100", FIGURE_PER_CPU, true, 1.0, "nats"},
	{"A1000", FIGURE_PER_CPU, true, 1.3, "nats"},
	{"B100", FIGURE_PER_CPU, true, 110000, NULL},
	{"B1000", FIGURE_PER_CPU, true, 70000, NULL},
	{"latency", FIGURE_P50, false, 0.4, NULL},
	{"latency", FIGURE_P99, false, 2.0, "node"},
	{"idle", FIGURE_LINE_KB, false, 4.0, NULL},
	{"join", FIGURE_JOINS, true, 8000, NULL},
	{"S1", FIGURE_BARE_TIMES, false, 2.0, NULL},
	{"S10", FIGURE_BARE_TIMES, false, 2.0, NULL},
	{"S100", FIGURE_BARE_TIMES, false, 2.0, NULL},
	{"S1000", FIGURE_BARE_TIMES, false, 2.0, NULL},
};

static int column_of(const struct report *report, const char *peer)
{
	for (unsigned i = 0; i < report->count; i++) {
		if (strcmp(report->columns[i].peer->name, peer) == 0)
			return (int)i;
	}
	return -1;
}

static void print_bar(const struct report *report, const struct bar *bar, unsigned column,
		      FILE *json)
{
	int base = bar->peer ? column_of(report, bar->peer) : -1;
	const struct figure_row *row = &figure_rows[bar->figure];
	char want[24], is[24] = "-";
	const char *verdict = "not measured";
	double value = 0;
	bool has = bar->peer ? base >= 0 && median_ratio(report, column, (unsigned)base,
							 bar->figure, &value)
			     : report_median(report, column, bar->figure, &value);

	report_number(bar->value, bar->peer ? 2 : row->digits, want);
	if (has) {
		report_number(value, bar->peer ? 2 : row->digits, is);
		bool met = bar->at_least ? value >= bar->value : value <= bar->value;
		verdict = met ? "met" : "MISSED";
	}
	printf("  bar: %-14s %-36s %s %9s %-8s is %9s  %s\n",
	       report->columns[column].title, row->title,
	       bar->at_least ? ">=" : "<=", want, bar->peer ? bar->peer : row->unit, is,
	       verdict);
	if (json)
		fprintf(json,
			"{\"scene\":\"%s\",\"peer\":\"chat\",\"events\":%llu,"
			"\"bar\":\"%s\",\"to\":\"%s\",\"wanted\":%g,\"is\":%.6g,"
			"\"verdict\":\"%s\"}\n",
			bar->scene, (unsigned long long)report->columns[column].events,
			row->name, bar->peer ? bar->peer : "", bar->value, value,
			verdict);
}

void report_bars(const struct report *report, FILE *json)
{
	for (unsigned i = 0; i < report->count; i++) {
		if (!report->columns[i].peer->ours)
			continue;
		for (size_t j = 0; j < ARRAY_LEN(bars); j++) {
			if (strcmp(bars[j].scene, report->scene->name) == 0)
				print_bar(report, &bars[j], i, json);
		}
	}
	fflush(stdout);
}

void report_machine(void)
{
	struct utsname name;
	char line[200], model[160] = "unknown processor";
	FILE *file = fopen("/proc/cpuinfo", "r");

	while (file && fgets(line, sizeof(line), file)) {
		char *value = strstr(line, ": ");
		if (value && strncmp(line, "model name", 10) == 0)
			snprintf(model, sizeof(model), "%.*s",
				 (int)strcspn(value + 2, "\n"), value + 2);
	}
	if (file)
		fclose(file);
	uname(&name);
	printf("machine: %ld cores, %s, Linux %s\n", sysconf(_SC_NPROCESSORS_ONLN), model,
	       name.release);
}
