/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Another server on loopback: a thread that takes requests one connection after the other
 *  and answers as it was told. Thread: one, the test's. */
#ifndef CHAT_TESTS_RECEIVER_H
#define CHAT_TESTS_RECEIVER_H

#include <pthread.h>
#include <stdatomic.h>

#include "common/base/str.h"

struct receiver {
	unsigned port;
	int fd;
	pthread_t thread;
	const char *answer; /**< the bytes of every answer; NULL: none, it only listens */
	size_t padding;     /**< bytes of 'x' behind it */
	atomic_bool eager;  /**< answer as soon as anything came */
	atomic_uint count;  /**< requests so far */
	struct str
		request; /**< the newest, head and body; read it after its answer came */
};

/** Listen on a free port of 127.0.0.1. @answer must outlive it. */
void receiver_start(struct receiver *receiver, const char *answer, size_t padding);
void receiver_stop(struct receiver *receiver);

#endif
