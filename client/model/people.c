/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names and presence by id. Names are looked up rarely and among the people of one's own
 * rooms, so they have no index. Whether somebody shares a name is asked for each name on the
 * screen, so the answer is kept until a name changes.
 */
#include "client/model/people.h"

#include <string.h>
#include <strings.h>

#include "common/base/mem.h"

void people_init(struct people *people, uint64_t seed)
{
	map_init(&people->by_id, seed);
	people->names = 1;
}

void people_done(struct people *people)
{
	struct person *person;
	size_t at = 0;

	while ((person = map_next(&people->by_id, &at))) {
		str_done(&person->account);
		str_done(&person->display);
		mem_free(person);
	}
	map_done(&people->by_id);
}

struct person *people_find(const struct people *people, const struct id *id)
{
	return map_get(&people->by_id, id);
}

struct person *people_get(struct people *people, const struct id *id)
{
	struct person *person = map_get(&people->by_id, id);

	if (person)
		return person;
	person = mem_new(struct person);
	person->id = *id;
	person->account = STR_INIT;
	person->display = STR_INIT;
	map_put(&people->by_id, id, person);
	return person;
}

struct person *people_named(const struct people *people, const char *account, size_t len)
{
	struct person *person;
	size_t at = 0;

	while ((person = map_next(&people->by_id, &at)))
		if (len && person->account.len == len &&
		    memcmp(person->account.ptr, account, len) == 0)
			return person;
	return NULL;
}

static void rename_to(struct people *people, struct str *name, struct bytes text)
{
	if (bytes_equal(str_view(name), text))
		return;
	str_set_len(name, text.len ? (const char *)text.ptr : "", text.len);
	people->names++;
}

void people_rename(struct people *people, struct person *person, struct bytes account,
		   struct bytes display)
{
	rename_to(people, &person->account, account);
	rename_to(people, &person->display, display);
}

struct person *people_set(struct people *people, const struct id *id, const char *account,
			  const char *display)
{
	struct person *person = people_get(people, id);

	people_rename(people, person,
		      account ? bytes_text(account) : str_view(&person->account),
		      display ? bytes_text(display) : str_view(&person->display));
	return person;
}

static bool find_shared(const struct people *people, const struct person *person)
{
	const char *name = person->display.ptr;
	const struct person *other;
	size_t at = 0;

	while ((other = map_next(&people->by_id, &at)))
		if (other != person && (strcasecmp(other->display.ptr, name) == 0 ||
					strcasecmp(other->account.ptr, name) == 0))
			return true;
	return false;
}

/* Whether somebody else goes by the display name of @person, as display or account name. */
static bool is_shared(const struct people *people, struct person *person)
{
	if (person->asked != people->names) {
		person->asked = people->names;
		person->shared = find_shared(people, person);
	}
	return person->shared;
}

const char *people_name(const struct people *people, const struct id *id,
			struct id_text *room)
{
	struct person *person = people_find(people, id);

	if (person && person->display.len && !strchr("#@", person->display.ptr[0]) &&
	    !is_shared(people, person))
		return person->display.ptr;
	if (person && person->account.len)
		return person->account.ptr;
	/* Random ids differ in their head; eight characters are enough for an eye. */
	*room = id_text(id);
	room->text[8] = '\0';
	return room->text;
}
