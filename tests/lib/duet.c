/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scene is built anew for each test: a server that one test has hurt tells nothing
 * about the next.
 */
#include "tests/lib/duet.h"

#include "common/base/mem.h"

/* A UUIDv7 whose end says which one of the test it is. */
struct id_text cid(unsigned n)
{
	uint8_t random[10] = {0};

	random[9] = (uint8_t)n;
	random[8] = (uint8_t)(n >> 8);
	struct id id = id_v7(1763640000000, random);

	return id_text(&id);
}

int duet_set_up(void **state)
{
	struct duet *f = mem_new(struct duet);

	f->text = STR_INIT;
	host_init(&f->host);
	host_open(&f->host);
	host_guest(&f->host, "alice", &f->alice);
	host_guest(&f->host, "bob", &f->bob);
	f->lobby = host_room(&f->host, "lobby");
	host_run(&f->host);
	host_login(&f->host, &f->a, &f->alice, "");
	host_login(&f->host, &f->b, &f->bob, "");
	*state = f;
	return 0;
}

int duet_tear_down(void **state)
{
	struct duet *f = *state;

	peer_close(&f->a);
	peer_close(&f->b);
	guest_done(&f->alice);
	guest_done(&f->bob);
	host_done(&f->host);
	str_done(&f->text);
	mem_free(f);
	return 0;
}

void duet_say(struct duet *f, struct peer_socket *peer, unsigned n, const char *text)
{
	host_say(peer,
		 "{\"type\":\"send\",\"cid\":\"%s\",\"room\":\"%s\",\"text\":\"%s\"}",
		 cid(n).text, LOBBY(f), text);
}

void check_part(const struct str *text, const char *part)
{
	if (!strstr(text->ptr, part)) {
		fail_msg("%s is not in %s", part, text->ptr);
	}
}
