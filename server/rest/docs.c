/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /openapi.json and the page /docs: Swagger UI where its package is installed, else a plain
 * reference, which is always at /docs/reference. Of the package only the files named here
 * are ever opened. Nothing is loaded from elsewhere and no script stands in a page, which
 * the Content-Security-Policy says to the browser, too. The documents are made anew for
 * each request, on a reader's thread: that costs a millisecond, and nothing to keep.
 */
#include <string.h>
#include <unistd.h>

#include "common/os/file.h"
#include "server/rest/call.h"
#include "server/rest/docs_page.h"
#include "server/rest/openapi.h"

#define FILE_MOST (8 * 1024 * 1024) /* the script has 1.5 MB */
#define HTML      "text/html; charset=utf-8"

static const char policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
	"frame-ancestors 'none'";

static const char page[] =
	"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	"<title>chat: the REST API</title>"
	"<link rel=\"icon\" href=\"docs/favicon-32x32.png\">"
	"<link rel=\"stylesheet\" href=\"docs/swagger-ui.css\"></head>\n"
	"<body><div id=\"ui\"></div>"
	"<noscript><p><a href=\"docs/reference\">The reference without scripts</a></p>"
	"</noscript>"
	"<script src=\"docs/swagger-ui-bundle.js\"></script>"
	"<script src=\"docs/start.js\"></script></body></html>\n";

/* A token that was pasted is forgotten with the page. */
static const char start[] =
	"window.ui = SwaggerUIBundle({\n"
	"\turl: 'openapi.json', dom_id: '#ui', validatorUrl: null, deepLinking: true,\n"
	"\tdocExpansion: 'none', displayOperationId: true, displayRequestDuration: "
	"true,\n"
	"\ttryItOutEnabled: true, filter: true, persistAuthorization: false,\n"
	"\toperationsSorter: 'alpha', tagsSorter: 'alpha'\n"
	"});\n";

enum docs_kind { DOCS_UI, DOCS_START, DOCS_REFERENCE, DOCS_PACKAGE };

static const struct docs_file {
	const char *name, *type;
	enum docs_kind kind;
} files[] = {
	{"", HTML, DOCS_UI},
	{"favicon-32x32.png", "image/png", DOCS_PACKAGE},
	{"reference", HTML, DOCS_REFERENCE},
	{"start.js", "text/javascript", DOCS_START},
	{"swagger-ui-bundle.js", "text/javascript", DOCS_PACKAGE},
	{"swagger-ui.css", "text/css", DOCS_PACKAGE},
};

static const struct docs_file *find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (bytes_equal(bytes_text(files[i].name), name))
			return &files[i];
	}
	return NULL;
}

static void path_of(const struct call *call, const char *name, struct str *path)
{
	const char *folder = call->server->config.docs_dir;

	str_addf(path, "%s/%s", folder && *folder ? folder : DOCSDIR, name);
}

static bool is_installed(const struct call *call)
{
	AUTO(str_done) struct str path = STR_INIT;

	path_of(call, "swagger-ui-bundle.js", &path);
	return access(path.ptr, R_OK) == 0;
}

static enum err read_package(struct call *call, const char *name)
{
	AUTO(str_done) struct str path = STR_INIT;

	path_of(call, name, &path);
	return file_read(path.ptr, FILE_MOST, &call->answer) == ERR_OK
		       ? ERR_OK
		       : call_blame(call, ERR_NOT_FOUND, "file",
				    N_("Swagger UI is not installed"));
}

static void write_reference(struct call *call)
{
	AUTO(str_done) struct str text = STR_INIT;

	docs_page_write(&text);
	buf_add_bytes(&call->answer, str_view(&text));
}

static enum err docs_work(struct call *call, struct store *store)
{
	const struct docs_file *const *file = call->data;

	(void)store;
	switch ((*file)->kind) {
	case DOCS_UI:
		if (is_installed(call))
			buf_add_bytes(&call->answer, bytes_text(page));
		else
			write_reference(call);
		return ERR_OK;
	case DOCS_START: buf_add_bytes(&call->answer, bytes_text(start)); return ERR_OK;
	case DOCS_REFERENCE: write_reference(call); return ERR_OK;
	case DOCS_PACKAGE: return read_package(call, (*file)->name);
	}
	return ERR_INTERNAL;
}

/* It may be kept, if one asks each time whether it is still the same. */
static void finish(struct call *call, const char *type)
{
	request_set(call->request, "Cache-Control", "no-cache");
	call->answer_type = type;
	call_finish(call);
}

static void docs_found(struct call *call)
{
	const struct docs_file *const *file = call->data;

	request_set(call->request, "Content-Security-Policy", policy);
	request_set(call->request, "Referrer-Policy", "no-referrer");
	finish(call, (*file)->type);
}

static enum err give(struct call *call, struct bytes name)
{
	const struct docs_file *file = find(name);

	if (!file)
		return call_blame(call, ERR_NOT_FOUND, "file", NULL);
	*(const struct docs_file **)call_data(call, sizeof(file), NULL) = file;
	return call_read(call, docs_work, docs_found);
}

enum err rest_docs(struct call *call)
{
	return give(call, bytes_of("", 0));
}

enum err rest_docs_file(struct call *call)
{
	const struct body_docs_ref *args = call->args;

	return give(call, args->file);
}

static enum err openapi_work(struct call *call, struct store *store)
{
	(void)store;
	openapi_write(&call->answer);
	return ERR_OK;
}

static void openapi_found(struct call *call)
{
	finish(call, "application/json");
}

enum err rest_openapi(struct call *call)
{
	return call_read(call, openapi_work, openapi_found);
}
