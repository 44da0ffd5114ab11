/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second implementation of the port. A commit that fails rolls the inner transaction
 * back, as a database does that could not write.
 */
#include "server/store/driver_fault.h"

#include "common/base/mem.h"

struct fault_db {
	struct fault *fault;
	void *inner;
	unsigned depth;
};

/* Whether this call is the one to fail. */
static bool strikes(struct fault *fault, atomic_int *countdown)
{
	if (atomic_load(countdown) < 0 || atomic_fetch_sub(countdown, 1) != 0)
		return false;
	atomic_fetch_add(&fault->failed, 1);
	return true;
}

static enum err fault_open(void *ctx, const struct driver_config *config, void **ret_db)
{
	struct fault *fault = ctx;
	void *inner;

	if (strikes(fault, &fault->opens))
		return fault->err;
	enum err err = fault->inner->open(fault->inner->ctx, config, &inner);
	if (err)
		return err;
	struct fault_db *db = mem_new(struct fault_db);
	*db = (struct fault_db){.fault = fault, .inner = inner};
	*ret_db = db;
	return ERR_OK;
}

static void fault_close(void *arg)
{
	struct fault_db *db = arg;

	db->fault->inner->close(db->inner);
	mem_free(db);
}

static enum err fault_run(void *arg, enum stmt stmt, const struct value *args,
			  size_t count, row_fn *row, void *ctx)
{
	struct fault_db *db = arg;

	if (strikes(db->fault, &db->fault->runs))
		return db->fault->err;
	return db->fault->inner->run(db->inner, stmt, args, count, row, ctx);
}

static size_t fault_changed(void *arg)
{
	struct fault_db *db = arg;

	return db->fault->inner->changed(db->inner);
}

static uint64_t fault_written(void *arg)
{
	struct fault_db *db = arg;

	return db->fault->inner->written(db->inner);
}

static enum err fault_script(void *arg, const char *sql)
{
	struct fault_db *db = arg;

	return db->fault->inner->script(db->inner, sql);
}

static enum err fault_begin(void *arg)
{
	struct fault_db *db = arg;

	if (strikes(db->fault, &db->fault->begins))
		return db->fault->err;
	enum err err = db->fault->inner->begin(db->inner);
	if (!err)
		db->depth++;
	return err;
}

static enum err fault_commit(void *arg)
{
	struct fault_db *db = arg;
	struct fault *fault = db->fault;

	if (--db->depth > 0)
		return fault->inner->commit(db->inner);
	if (atomic_load(&fault->lies)) {
		fault->inner->rollback(db->inner);
		return ERR_OK;
	}
	bool stuck = atomic_load(&fault->stuck);
	if (stuck)
		atomic_fetch_add(&fault->failed, 1);
	if (stuck || strikes(fault, &fault->commits)) {
		fault->inner->rollback(db->inner);
		return fault->err;
	}
	return fault->inner->commit(db->inner);
}

static void fault_rollback(void *arg)
{
	struct fault_db *db = arg;

	db->depth--;
	db->fault->inner->rollback(db->inner);
}

static enum err fault_version(void *arg, uint64_t *ret_version)
{
	struct fault_db *db = arg;

	return db->fault->inner->version(db->inner, ret_version);
}

static enum err fault_upkeep(void *arg, enum upkeep what, const char *path,
			     bool *ret_more)
{
	struct fault_db *db = arg;

	if (what == UPKEEP_SYNC && strikes(db->fault, &db->fault->syncs))
		return ERR_IO;
	if (what == UPKEEP_CHECKPOINT)
		atomic_fetch_add(&db->fault->checkpoints, 1);
	return db->fault->inner->upkeep(db->inner, what, path, ret_more);
}

static enum err fault_check(void *arg, found_fn *found, void *ctx)
{
	struct fault_db *db = arg;

	return db->fault->inner->check(db->inner, found, ctx);
}

static enum err fault_size(void *arg, struct driver_size *ret_size)
{
	struct fault_db *db = arg;

	return db->fault->inner->size(db->inner, ret_size);
}

void fault_init(struct fault *fault, const struct driver *inner)
{
	*fault = (struct fault){
		.driver =
			{
				.open = fault_open,
				.close = fault_close,
				.run = fault_run,
				.changed = fault_changed,
				.written = fault_written,
				.script = fault_script,
				.begin = fault_begin,
				.commit = fault_commit,
				.rollback = fault_rollback,
				.version = fault_version,
				.upkeep = fault_upkeep,
				.check = fault_check,
				.size = fault_size,
				.ctx = fault,
				.steps = inner->steps,
			},
		.inner = inner,
		.err = ERR_STORE,
		.opens = -1,
		.runs = -1,
		.begins = -1,
		.commits = -1,
		.syncs = -1,
	};
}
