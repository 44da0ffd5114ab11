/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Holding secrets. Inline arrays for the many, guarded pages for the few roots: a page of
 * its own costs 8 KiB and two system calls, which a ratchet of a thousand members cannot
 * pay. All comparing and wiping of secrets in this project ends here.
 */
#include "common/crypto/secret.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "common/base/mem.h"

#define ROOT_MAX 4096 /* more is not a key */

struct root {
	size_t len;
	uint8_t bytes[];
};

enum err crypto_init(void)
{
	return sodium_init() < 0 ? ERR_INTERNAL : ERR_OK;
}

void wipe(void *ptr, size_t len)
{
	sodium_memzero(ptr, len);
}

void buf_wipe(struct buf *buf)
{
	if (buf->ptr)
		wipe(buf->ptr, buf->cap);
	buf_done(buf);
}

void str_wipe(struct str *str)
{
	if (str->cap)
		wipe(str->ptr, str->cap);
	str_done(str);
}

void secret_done(struct secret *secret)
{
	wipe(secret, sizeof(*secret));
}

uint8_t *secret_room(struct secret *secret, size_t len)
{
	assert(len <= SECRET_MAX);
	secret_done(secret);
	secret->len = (uint8_t)len;
	return secret->bytes;
}

void secret_set(struct secret *secret, const void *src, size_t len)
{
	assert(len <= SECRET_MAX);
	if (len)
		memmove(secret->bytes, src, len);
	wipe(secret->bytes + len, SECRET_MAX - len);
	secret->len = (uint8_t)len;
}

void secret_move(struct secret *dst, struct secret *src)
{
	if (dst == src)
		return;
	*dst = *src;
	secret_done(src);
}

struct bytes secret_view(const struct secret *secret)
{
	return bytes_of(secret->bytes, secret->len);
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	return bytes_equal_secret(secret_view(a), secret_view(b));
}

bool secret_is_empty(const struct secret *secret)
{
	return secret->len == 0;
}

bool bytes_equal_secret(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	return a.len == 0 || sodium_memcmp(a.ptr, b.ptr, a.len) == 0;
}

struct root *root_new(const void *src, size_t len)
{
	assert(len > 0 && len <= ROOT_MAX);
	/* The end of the memory touches the guard page: a whole number of words keeps its
	 * start aligned. */
	struct root *root = sodium_malloc((sizeof(*root) + len + 15) / 16 * 16);

	/* Out of lockable memory is out of memory: see mem.h. */
	if (!root)
		root = mem_alloc(1, SIZE_MAX);
	root->len = len;
	memcpy(root->bytes, src, len);
	sodium_mprotect_readonly(root);
	return root;
}

void root_free(struct root **root)
{
	sodium_free(*root);
	*root = NULL;
}

struct bytes root_view(const struct root *root)
{
	return bytes_of(root->bytes, root->len);
}
