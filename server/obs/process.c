/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /proc and statvfs(3). Nothing here waits for anything.
 */
#include "server/obs/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* /proc/self/statm: pages in all, pages in memory, … */
static uint64_t resident(void)
{
	char text[128];
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	if (fd >= 0)
		close(fd);
	if (len <= 0)
		return 0;
	text[len] = '\0';
	const char *second = strchr(text, ' ');
	return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static uint64_t open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	uint64_t count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count > 3 ? count - 3 : 0; /* ".", ".." and the folder itself */
}

struct process_use process_use(void)
{
	struct process_use use = {.resident_bytes = resident(), .fds = open_fds()};
	struct rusage usage;
	struct rlimit limit;

	if (getrusage(RUSAGE_SELF, &usage) == 0)
		use.cpu_seconds = (double)usage.ru_utime.tv_sec +
				  (double)usage.ru_stime.tv_sec +
				  (double)usage.ru_utime.tv_usec / 1e6 +
				  (double)usage.ru_stime.tv_usec / 1e6;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		use.fds_most = limit.rlim_cur;
	return use;
}

uint64_t process_disk_free(const char *path)
{
	struct statvfs fs;

	if (statvfs(path, &fs) != 0)
		return UINT64_MAX;
	return (uint64_t)fs.f_bavail * fs.f_frsize;
}

uint64_t process_file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}
