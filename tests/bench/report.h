/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What all runs together say: medians of the rounds as tables for people and as lines of
 *  JSON, and the bars that the server is held to. Thread: one. */
#ifndef CHAT_BENCH_REPORT_H
#define CHAT_BENCH_REPORT_H

#include <stdio.h>

#include "tests/bench/outcome.h"

#define REPORT_COLUMNS 16
#define REPORT_ROUNDS  15

/** A column of the tables: a peer, on an empty database or a stocked one. */
struct column {
	const struct peer *peer;
	uint64_t events; /**< in the database before; 0: it is empty */
	char title[24];
};

/** One scene against all columns. */
struct report {
	const struct scene *scene;
	struct column columns[REPORT_COLUMNS];
	unsigned count, rounds;
	struct outcome outcomes[REPORT_COLUMNS][REPORT_ROUNDS];
};

/** Median over the rounds of one figure; false when there is none. */
bool report_median(const struct report *report, unsigned column, enum figure figure,
		   double *ret_median);

void report_print(const struct report *report);
/** A line for each figure of each column. */
void report_json(const struct report *report, FILE *file);
/** The bars of this scene: met or missed, with the figures. */
void report_bars(const struct report *report, FILE *json);

/** A figure as people read it. */
void report_number(double value, int digits, char ret_text[24]);
/** What machine this is. */
void report_machine(void);

#endif
