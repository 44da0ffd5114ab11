/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes are on the disk before the row that names them is committed, and stay until
 * upload_collect_blobs() finds that the commit let them go; a crash between leaves a file that
 * nothing names, never a name without its file.
 */
#include "server/core/file.h"

#include <stdio.h>
#include <string.h>

#include "common/crypto/hash.h"

_Static_assert(BLOB_HASH_LEN == SHA256_LEN, "files are named by their hash");

enum err file_keep(struct store *store, const char *folder, int64_t account,
		   struct bytes bytes, const char *type, int64_t *ret_file)
{
	struct file_row row = {
		.id = store_draw_id(store), .account = account, .size = bytes.len};
	uint8_t hash[BLOB_HASH_LEN];
	bool fresh;

	sha256(bytes, hash);
	snprintf(row.type, sizeof(row.type), "%s", type);
	enum err err = store_blob_use(store, hash, bytes.len, &row.blob, &fresh);
	if (err == ERR_OK && fresh)
		err = blob_write(folder, hash, bytes);
	return err == ERR_OK ? store_file_add(store, &row, ret_file) : err;
}

enum err file_drop(struct store *store, int64_t file)
{
	struct file_row row;
	enum err err = store_file_get(store, file, &row);

	if (err == ERR_OK && row.blob == 0)
		return ERR_OK;
	if (err == ERR_OK)
		err = store_file_delete(store, &row);
	return err == ERR_OK ? store_blob_release(store, row.blob) : err;
}
