/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lists in which rows come out, and the end of what hangs on a row. How a row is read
 * from columns stands in the store_*.c file of its topic.
 */
#include "server/store/row.h"

#include <string.h>

#include "common/base/mem.h"

static void free_bytes(struct bytes *bytes)
{
	mem_free((void *)(uintptr_t)bytes->ptr);
	*bytes = (struct bytes){0};
}

void event_done(struct event_row *event)
{
	free_bytes(&event->text);
	free_bytes(&event->sealed);
	free_bytes(&event->slug);
	free_bytes(&event->name);
	mem_free(event->mentions);
	mem_free(event->files);
	mem_free(event->attached);
	free_bytes(&event->author);
	mem_free(event->user);
	*event = (struct event_row){0};
}

/* A zeroed element behind the last one of a growing array. */
static void *list_add(void **rows, size_t *count, size_t *cap, size_t size)
{
	if (*count == *cap) {
		/* Rows are large, and most lists of news hold one. */
		*cap = *cap ? mem_grow(*cap, *count + 1) : 1;
		*rows = mem_resize(*rows, *cap, size);
	}
	void *row = (char *)*rows + (*count)++ * size;
	memset(row, 0, size);
	return row;
}

struct event_row *event_list_add(struct event_list *list)
{
	return list_add((void **)&list->rows, &list->count, &list->cap,
			sizeof(*list->rows));
}

void event_list_done(struct event_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		event_done(&list->rows[i]);
	mem_free(list->rows);
	*list = (struct event_list){0};
}

void event_list_reverse(struct event_list *list)
{
	for (size_t i = 0, j = list->count; i + 1 < j; i++) {
		struct event_row row = list->rows[i];
		list->rows[i] = list->rows[--j];
		list->rows[j] = row;
	}
}

void room_view_done(struct room_view *view)
{
	event_done(&view->last);
	*view = (struct room_view){0};
}

struct room_view *room_list_add(struct room_list *list)
{
	return list_add((void **)&list->rows, &list->count, &list->cap,
			sizeof(*list->rows));
}

void room_list_done(struct room_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		room_view_done(&list->rows[i]);
	mem_free(list->rows);
	*list = (struct room_list){0};
}

struct room_cursor room_list_cursor(const struct room_list *list)
{
	if (list->count == 0)
		return (struct room_cursor){0};
	const struct room_row *last = &list->rows[list->count - 1].room;
	return (struct room_cursor){.active_ms = last->active_ms, .key = last->key};
}

struct user_event_row *user_event_list_add(struct user_event_list *list)
{
	return list_add((void **)&list->rows, &list->count, &list->cap,
			sizeof(*list->rows));
}

void user_event_list_done(struct user_event_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free_bytes(&list->rows[i].text);
		if (list->rows[i].info)
			room_view_done(list->rows[i].info);
		mem_free(list->rows[i].info);
	}
	mem_free(list->rows);
	*list = (struct user_event_list){0};
}
