/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames are masked with zeroes, which section 5.3 allows to clients that need no secrecy
 * from proxies: the server unmasks them all the same.
 */
#include "tests/bench/frame.h"

#include <string.h>

size_t frame_head(uint8_t first, size_t len, uint8_t ret_head[FRAME_HEAD])
{
	memset(ret_head, 0, FRAME_HEAD);
	ret_head[0] = first;
	ret_head[1] = (uint8_t)(0x80 | (len > 125 ? 126 : len));
	if (len <= 125)
		return 6;
	ret_head[2] = (uint8_t)(len >> 8);
	ret_head[3] = (uint8_t)len;
	return 8;
}

size_t frame_read(const uint8_t *at, size_t len, uint64_t *ret_payload)
{
	if (len < 2)
		return 0;
	size_t head = at[1] == 126 ? 4 : at[1] == 127 ? 10 : 2;
	if (len < head)
		return 0;
	*ret_payload = at[1] & 0x7f;
	if (head > 2) {
		*ret_payload = 0;
		for (size_t i = 2; i < head; i++)
			*ret_payload = *ret_payload << 8 | at[i];
	}
	return head;
}
