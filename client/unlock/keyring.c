/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * add_key(2), request_key's cousin KEYCTL_SEARCH and KEYCTL_READ, by system call: libkeyutils
 * would be a package for four numbers. In containers the calls are often filtered; then there
 * is no keyring, and everybody is asked each time.
 */
#include "client/unlock/keyring.h"

#include <linux/keyctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The user's, not the session's: a cron job has another session. */
#define RING KEY_SPEC_USER_KEYRING

/* Processes of the user may search and read, nobody else anything (keyctl_setperm(3)). */
#define PERMISSIONS 0x3f1b0000

static long control(int command, unsigned long a, unsigned long b, unsigned long c,
		    unsigned long d)
{
	return syscall(SYS_keyctl, (long)command, a, b, c, d);
}

static long find(const char *name)
{
	return control(KEYCTL_SEARCH, (unsigned long)RING, (unsigned long)"user",
		       (unsigned long)name, 0);
}

enum err keyring_put(const char *name, const struct secret *secret, uint64_t ms)
{
	uint64_t seconds = (ms + 999) / 1000;
	long key = syscall(SYS_add_key, "user", name, secret->bytes, (size_t)secret->len,
			   RING);

	if (key < 0)
		return ERR_STATE;
	if (control(KEYCTL_SETPERM, (unsigned long)key, PERMISSIONS, 0, 0) == 0 &&
	    control(KEYCTL_SET_TIMEOUT, (unsigned long)key, seconds, 0, 0) == 0)
		return ERR_OK;
	/* Without an end it must not stay. */
	control(KEYCTL_UNLINK, (unsigned long)key, (unsigned long)RING, 0, 0);
	return ERR_STATE;
}

enum err keyring_get(const char *name, struct secret *ret)
{
	uint8_t bytes[SECRET_MAX];
	long key = find(name);
	long len = key < 0 ? -1
			   : control(KEYCTL_READ, (unsigned long)key,
				     (unsigned long)bytes, sizeof(bytes), 0);

	if (len <= 0 || len > (long)sizeof(bytes))
		return ERR_NOT_FOUND;
	secret_set(ret, bytes, (size_t)len);
	wipe(bytes, sizeof(bytes));
	return ERR_OK;
}

void keyring_drop(const char *name)
{
	long key = find(name);

	if (key >= 0)
		control(KEYCTL_UNLINK, (unsigned long)key, (unsigned long)RING, 0, 0);
}
