/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime's own calls, where they are about natra's records and pins: a full disk, a slow one, a
 * read-only one. */
#include "inject.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static bool is_natras(const char *path)
{
	static const char *const ROOTS[] = { "/run/natra", "/sys/fs/bpf/natra" };

	for (size_t i = 0; i < sizeof(ROOTS) / sizeof(ROOTS[0]); i++)
		if (strncmp(path, ROOTS[i], strlen(ROOTS[i])) == 0)
			return true;
	return false;
}

static bool is_natras_fd(int fd)
{
	char link[64], path[256];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return false;
	path[length] = 0;
	return is_natras(path);
}

static bool is_natras_at(int directory, const char *path)
{
	return path[0] == '/' ? is_natras(path) : directory >= 0 && is_natras_fd(directory);
}

#define FILE_CALL(condition, name, parameters, arguments) \
	STAND_BEFORE(condition, "file/" #name, int, -1, name, parameters, arguments)

FILE_CALL(is_natras(path), mkdir, (const char *path, mode_t mode), (path, mode))
FILE_CALL(is_natras(path), rmdir, (const char *path), (path))
FILE_CALL(is_natras(path), unlink, (const char *path), (path))
FILE_CALL(is_natras_at(directory, path), unlinkat, (int directory, const char *path, int flags), (directory, path, flags))
FILE_CALL(is_natras(from), rename, (const char *from, const char *to), (from, to))
STAND_BEFORE(fd > 2 && is_natras_fd(fd), "file/write", ssize_t, -1, write, (int fd, const void *data, size_t length),
	     (fd, data, length))

int open64(const char *path, int flags, ...)
{
	static int (*real)(const char *, int, ...);
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	if (is_natras(path) && fault("file/open"))
		return -1;
	if (!real)
		real = next("open64");
	return real(path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...)
{
	static int (*real)(int, const char *, int, ...);
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	if (is_natras_at(directory, path) && fault("file/openat"))
		return -1;
	if (!real)
		real = next("openat64");
	return real(directory, path, flags, mode);
}
