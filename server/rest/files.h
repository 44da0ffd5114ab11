/* SPDX-License-Identifier: GPL-3.0-or-later */
/** What the routes of files have in common. */
#ifndef CHAT_REST_FILES_H
#define CHAT_REST_FILES_H

#include "server/core/upload.h"
#include "server/rest/call.h"

/** files/ of the data folder. Thread: any. */
void files_folder(const struct call *call, struct str *path);
/** What the configuration allows now. Thread: loop. */
struct upload_limits files_limits(const struct call *call);
/** The file as it is told; borrows from @row. Thread: any. */
struct body_file files_body(const struct upload_row *row);

#endif
