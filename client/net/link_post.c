/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Own messages on their way. The queue keeps the order of typing and each message until
 * the server has answered for it; a new session sends all of them again, in order, and the
 * server tells by the cid which it has already. What is queued here is on disk as well.
 */
#include "client/net/link_private.h"

#include "common/base/mem.h"

static void post_free(struct link_post *post)
{
	mem_free(post->frame);
	mem_free(post);
}

void link_posts_done(struct link *link)
{
	for (struct link_post *post = link->posts, *next; post; post = next) {
		next = post->next;
		post_free(post);
	}
}

bool link_has_room(const struct link *link)
{
	return link->post_count < LINK_POSTS;
}

size_t link_posts(const struct link *link)
{
	return link->post_count;
}

static struct link_post **find(struct link *link, const struct id *cid)
{
	struct link_post **at = &link->posts;

	while (*at && !id_equal(&(*at)->cid, cid))
		at = &(*at)->next;
	return at;
}

void link_post(struct link *link, const struct id *cid, const struct id *room,
	       const char *frame, size_t len)
{
	if (*find(link, cid))
		return;
	struct link_post *post = mem_new(struct link_post);
	post->cid = *cid;
	post->room = *room;
	post->frame = mem_strndup(frame, len);
	post->len = len;
	*link->posts_tail = post;
	link->posts_tail = &post->next;
	link->post_count++;
	link_posts_pump(link);
}

static bool take_out(struct link *link, const struct id *cid)
{
	struct link_post **at = find(link, cid), *post = *at;

	if (!post)
		return false;
	*at = post->next;
	if (link->posts_tail == &post->next)
		link->posts_tail = at;
	link->post_count--;
	post_free(post);
	return true;
}

void link_unpost(struct link *link, const struct id *cid)
{
	take_out(link, cid);
}

void link_post_over(struct link *link, const struct id *cid)
{
	if (!take_out(link, cid))
		return;
	link_posts_pump(link);
	if (link->post_count == LINK_POSTS / 2 || link->post_count == 0)
		link->ops.drained(link->ops.ctx);
}

void link_post_answered(struct link *link, const struct id *cid)
{
	struct link_post *post = *find(link, cid);

	if (!post)
		return;
	post->answered = link->number;
	link_posts_pump(link);
}

/* Nothing goes to a room before the digest has said how it stands: it may be encrypted since
 * @post was written, and the owner takes @post back when it hears that. */
static bool is_told(const struct link *link, const struct link_post *post)
{
	const struct link_room *room = link_room_find(link, &post->room);

	return link->digested || (room && room->told == link->number);
}

/* The server wants @post later, or one before it in its room, which it must not overtake. */
static bool must_wait(const struct link *link, const struct link_post *post)
{
	const struct link_post *other = link->posts;

	while (!other->until || !id_equal(&other->room, &post->room)) {
		if (other == post)
			return false;
		other = other->next;
	}
	return true;
}

void link_posts_pump(struct link *link)
{
	uint64_t now = clock_mono_ms(link->clock);
	unsigned flying = 0;

	if (link->state != LINK_ONLINE || link->post_pause)
		return;
	for (struct link_post *post = link->posts; post && flying < LINK_FLIGHT;
	     post = post->next) {
		if (post->answered == link->number || !is_told(link, post) ||
		    must_wait(link, post))
			continue;
		flying++;
		if (post->sent == link->number)
			continue;
		post->sent = link->number;
		post->sent_ms = now;
		transport_send(link->transport, link->number, post->frame, post->len);
	}
}

/* "busy" asks for patience with everything, "rate" with a room, which may be in slow mode:
 * not with this message alone, so that the next one does not overtake it. */
bool link_on_nack(struct link *link, const struct body_nack *nack)
{
	enum err err = err_from_word((const char *)nack->code.ptr, nack->code.len);
	struct link_post *post = *find(link, &nack->cid);
	uint64_t wait = nack->retry_ms;

	if ((err != ERR_RATE && err != ERR_BUSY) || !post)
		return false;
	if (wait < LINK_RETRY_MS)
		wait = LINK_RETRY_MS;
	if (wait > LINK_RETRY_MOST)
		wait = LINK_RETRY_MOST;
	post->sent = 0;
	wait += clock_mono_ms(link->clock);
	if (err == ERR_BUSY)
		link->post_pause = wait;
	else
		post->until = wait;
	/* The others need not wait with it. */
	link_posts_pump(link);
	return true;
}

/* When the oldest one in flight must be answered; 0 = none is in flight. */
static uint64_t overdue(const struct link *link)
{
	const struct link_post *post = link->posts;

	while (post && (post->sent != link->number || post->answered == link->number))
		post = post->next;
	return post ? post->sent_ms + LINK_ASK_MS : 0;
}

void link_posts_tick(struct link *link, uint64_t now)
{
	if (link->state != LINK_ONLINE)
		return;
	bool over = link->post_pause && now >= link->post_pause;

	if (over)
		link->post_pause = 0;
	for (struct link_post *post = link->posts; post; post = post->next) {
		if (post->until && now >= post->until) {
			post->until = 0;
			over = true;
		}
	}
	if (over)
		link_posts_pump(link);
	uint64_t until = overdue(link);
	if (until && now >= until)
		link_drop(link, ERR_TIMEOUT);
}

void link_posts_next(const struct link *link, uint64_t *next)
{
	link_sooner(next, link->post_pause);
	for (const struct link_post *post = link->posts; post; post = post->next)
		link_sooner(next, post->until);
	link_sooner(next, overdue(link));
}
