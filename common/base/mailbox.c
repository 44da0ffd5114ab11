/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mutex, a condition and a linked list. The wake callback fires only on the step from
 * empty to filled: the taker empties the box each time, so one wake is enough.
 */
#include "common/base/mailbox.h"

void mailbox_init(struct mailbox *box, size_t limit, mailbox_wake_fn *wake, void *ctx)
{
	*box = (struct mailbox){.limit = limit, .wake = wake, .wake_ctx = ctx};
	pthread_mutex_init(&box->lock, NULL);
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&box->filled, &attr);
	pthread_condattr_destroy(&attr);
	box->tail = &box->head;
}

void mailbox_done(struct mailbox *box)
{
	pthread_cond_destroy(&box->filled);
	pthread_mutex_destroy(&box->lock);
}

/* With the lock held. */
static bool append(struct mailbox *box, struct mail *mail)
{
	if (box->closed || (box->limit && box->count >= box->limit))
		return false;
	mail->next = NULL;
	*box->tail = mail;
	box->tail = &mail->next;
	box->count++;
	return true;
}

bool mailbox_put(struct mailbox *box, struct mail *mail)
{
	pthread_mutex_lock(&box->lock);
	bool was_empty = !box->head;
	bool put = append(box, mail);
	if (put)
		pthread_cond_signal(&box->filled);
	pthread_mutex_unlock(&box->lock);
	if (put && was_empty && box->wake)
		box->wake(box->wake_ctx);
	return put;
}

bool mailbox_leave(struct mailbox *box, struct mail *mail)
{
	pthread_mutex_lock(&box->lock);
	bool put = append(box, mail);
	pthread_mutex_unlock(&box->lock);
	return put;
}

void mailbox_ring(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	if (box->count == 1)
		pthread_cond_signal(&box->filled);
	else if (box->count > 1)
		pthread_cond_broadcast(&box->filled);
	pthread_mutex_unlock(&box->lock);
}

bool mailbox_put_list(struct mailbox *box, struct mail *head, struct mail *tail,
		      size_t count)
{
	pthread_mutex_lock(&box->lock);
	if (box->closed) {
		pthread_mutex_unlock(&box->lock);
		return false;
	}
	bool was_empty = !box->head;
	tail->next = NULL;
	*box->tail = head;
	box->tail = &tail->next;
	box->count += count;
	pthread_cond_broadcast(&box->filled);
	pthread_mutex_unlock(&box->lock);
	if (was_empty && box->wake)
		box->wake(box->wake_ctx);
	return true;
}

static struct mail *take_all(struct mailbox *box)
{
	struct mail *all = box->head;

	box->head = NULL;
	box->tail = &box->head;
	box->count = 0;
	return all;
}

struct mail *mailbox_take(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	struct mail *all = take_all(box);
	pthread_mutex_unlock(&box->lock);
	return all;
}

static void wait_filled(struct mailbox *box)
{
	while (!box->head && !box->closed)
		pthread_cond_wait(&box->filled, &box->lock);
}

struct mail *mailbox_wait(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	wait_filled(box);
	struct mail *all = take_all(box);
	pthread_mutex_unlock(&box->lock);
	return all;
}

/* The moment @timeout_ms from now on the clock of the condition. */
static struct timespec deadline(unsigned timeout_ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += timeout_ms / 1000;
	at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

struct mail *mailbox_wait_for(struct mailbox *box, unsigned timeout_ms, bool *ret_late)
{
	struct timespec at = deadline(timeout_ms);
	int rc = 0;

	pthread_mutex_lock(&box->lock);
	while (!box->head && !box->closed && rc == 0)
		rc = pthread_cond_timedwait(&box->filled, &box->lock, &at);
	*ret_late = !box->head && !box->closed;
	struct mail *all = take_all(box);
	pthread_mutex_unlock(&box->lock);
	return all;
}

struct mail *mailbox_wait_one(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	wait_filled(box);
	struct mail *one = box->head;
	if (one) {
		box->head = one->next;
		if (!box->head)
			box->tail = &box->head;
		box->count--;
		one->next = NULL;
	}
	pthread_mutex_unlock(&box->lock);
	return one;
}

void mailbox_close(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	box->closed = true;
	pthread_cond_broadcast(&box->filled);
	pthread_mutex_unlock(&box->lock);
}
