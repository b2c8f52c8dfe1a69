/* SPDX-License-Identifier: Apache-2.0 */
/* What natra calls in the C library by its own table (ffi/libc.ts), and the embedded libraries' share of
 * these functions. */
#include "inject.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <sys/utsname.h>
#include <unistd.h>

/* A function of natra's table: found under its name by dlsym(3) alone, so everybody else's calls pass by. */
#define TABLE(type, failed, name, parameters, arguments)             \
	static type table_##name parameters                          \
	{                                                            \
		static type (*real) parameters;                      \
                                                                     \
		if (fault(#name))                                    \
			return failed;                               \
		if (!real)                                           \
			real = next(#name);                          \
		return real arguments;                               \
	}

TABLE(int, -1, memfd_create, (const char *name, unsigned flags), (name, flags))
TABLE(ssize_t, -1, write, (int fd, const void *data, size_t length), (fd, data, length))
TABLE(int, -1, open, (const char *path, int flags), (path, flags))
TABLE(int, -1, flock, (int fd, int operation), (fd, operation))
TABLE(int, -1, setns, (int fd, int type), (fd, type))
TABLE(int, -1, socket, (int domain, int type, int protocol), (domain, type, protocol))
TABLE(int, -1, connect, (int fd, const struct sockaddr *to, socklen_t length), (fd, to, length))
TABLE(int, -1, setsockopt, (int fd, int level, int name, const void *value, socklen_t length),
      (fd, level, name, value, length))
TABLE(int, -1, statfs, (const char *path, struct statfs *into), (path, into))
TABLE(int, -1, mount, (const char *source, const char *target, const char *type, unsigned long flags, const void *data),
      (source, target, type, flags, data))
TABLE(int, -1, uname, (struct utsname *into), (into))
TABLE(int, -1, vsnprintf, (char *into, size_t size, const char *format, va_list values), (into, size, format, values))

static int table_close(int fd)
{
	static int (*real)(int);

	netlink_forget(fd);
	if (fault("close"))
		return -1;
	if (!real)
		real = next("close");
	return real(fd);
}

int close(int fd)
{
	static int (*real)(int);

	if (BY_NATRA()) {
		netlink_forget(fd);
		if (fault("close"))
			return -1;
	}
	if (!real)
		real = next("close");
	return real(fd);
}

void *libc_call(const char *name)
{
#define ENTRY(name) { #name, table_##name }
	static const struct {
		const char *name;
		void *function;
	} calls[] = {
		ENTRY(memfd_create), ENTRY(write), ENTRY(open), ENTRY(close), ENTRY(flock), ENTRY(setns),
		ENTRY(socket), ENTRY(connect), ENTRY(setsockopt), ENTRY(send), ENTRY(recv), ENTRY(statfs), ENTRY(mount), ENTRY(uname), ENTRY(vsnprintf),
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].function;
	return NULL;
}
