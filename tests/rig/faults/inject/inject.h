/* SPDX-License-Identifier: Apache-2.0 */
/* An LD_PRELOAD library that makes any one of natra's native calls go wrong.
 *
 *   FAULT=<call>:<nth>:<how>      the nth call of that name; <nth>+ is that one and all later ones
 *   FAULT_LOG=<file>              takes the name of each call, in their order
 *
 * <how> is the name of an errno; `hang`, never to return; `slow`, to return 300 ms late; SIGKILL; or a crash: SIGSEGV,
 * SIGBUS, SIGILL, SIGABRT, SIGFPE, or `stack`, a stack that overflows.
 *
 * Only natra's own calls count, not those of the JavaScript runtime around it:
 *   NAME            a function of the C library that natra, or a library that it embeds, calls (natives.c, libc.c)
 *   bpf/COMMAND     bpf(2), by libbpf (natives.c)
 *   netlink/TYPE    a request that the kernel refuses: its answer carries the errno (netlink.c)
 *   file/NAME       the runtime's calls about natra's records and pins (files.c)
 */
#pragma once
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Counts and logs a call.  If it is the one that is to fail it sets errno and returns true; or it does not return. */
bool fault(const char *name);

/* Whether code at that address belongs to a library that natra embeds. */
bool is_embedded(const void *address);

/* The function that would have been called without this library. */
void *next(const char *name);

/* What a native call of natra's by the C library's own table becomes; NULL: it is left alone. */
void *libc_call(const char *name);

/* send(2) and recv(2) by natra's table: requests that the kernel is made to refuse. */
ssize_t table_send(int fd, const void *data, size_t length, int flags);
ssize_t table_recv(int fd, void *buffer, size_t size, int flags);

/* The descriptor is closed: nothing waits on it any more. */
void netlink_forget(int fd);

#define BY_NATRA() is_embedded(__builtin_return_address(0))

/* Defines a function that stands before one of the same name, and may fail when `condition` holds. */
#define STAND_BEFORE(condition, label, type, failed, name, parameters, arguments) \
	type name parameters                                                       \
	{                                                                          \
		static type (*real) parameters;                                    \
                                                                                   \
		if ((condition) && fault(label))                                   \
			return failed;                                             \
		if (!real)                                                         \
			real = next(#name);                                        \
		return real arguments;                                             \
	}
