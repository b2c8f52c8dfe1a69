/* SPDX-License-Identifier: Apache-2.0 */
/* What the embedded libraries call in the C library, and how their calls are told from everybody else's. */
#include "inject.h"
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

enum { MOST_RANGES = 8 };

/* The C library's oldest symbol version: dlsym(3) itself can be found in no other way. */
#ifdef __x86_64__
#define DLSYM_VERSION "GLIBC_2.2.5"
#else
#define DLSYM_VERSION "GLIBC_2.17"
#endif

static struct {
	uintptr_t from, to;
} ranges[MOST_RANGES];
static int range_count;
static void *libc_handle;

bool is_embedded(const void *address)
{
	for (int i = 0; i < range_count; i++)
		if ((uintptr_t)address >= ranges[i].from && (uintptr_t)address < ranges[i].to)
			return true;
	return false;
}

static int add_range(struct dl_phdr_info *info, size_t size, void *base)
{
	(void)size;
	if (info->dlpi_addr != *(ElfW(Addr) *)base)
		return 0;
	for (int i = 0; i < info->dlpi_phnum && range_count < MOST_RANGES; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
			continue;
		ranges[range_count].from = info->dlpi_addr + part->p_vaddr;
		ranges[range_count].to = info->dlpi_addr + part->p_vaddr + part->p_memsz;
		range_count++;
	}
	return 1;
}

/* natra opens what it embeds by the descriptors of memory files, and the C library by its name; nobody
 * else does either. */
void *dlopen(const char *path, int flags)
{
	static void *(*real)(const char *, int);
	void *handle;

	if (!real)
		real = next("dlopen");
	handle = real(path, flags);
	if (!handle || !path)
		return handle;
	if (strcmp(path, "libc.so.6") == 0)
		libc_handle = handle;
	else if (strncmp(path, "/proc/self/fd/", 14) == 0)
		dl_iterate_phdr(add_range, &((struct link_map *)handle)->l_addr);
	return handle;
}

static void *(*real_dlsym(void))(void *, const char *)
{
	static void *(*real)(void *, const char *);

	if (!real)
		real = dlvsym(RTLD_NEXT, "dlsym", DLSYM_VERSION);
	return real;
}

void *next(const char *name)
{
	return real_dlsym()(RTLD_NEXT, name);
}

void *dlsym(void *handle, const char *name)
{
	void *ours = handle && handle == libc_handle ? libc_call(name) : NULL;

	return ours ? ours : real_dlsym()(handle, name);
}

static const char *const BPF_COMMANDS[] = {
	"MAP_CREATE", "MAP_LOOKUP_ELEM", "MAP_UPDATE_ELEM", "MAP_DELETE_ELEM", "MAP_GET_NEXT_KEY", "PROG_LOAD", "OBJ_PIN",
	"OBJ_GET", "PROG_ATTACH", "PROG_DETACH", "PROG_TEST_RUN", "PROG_GET_NEXT_ID", "MAP_GET_NEXT_ID",
	"PROG_GET_FD_BY_ID", "MAP_GET_FD_BY_ID", "OBJ_GET_INFO_BY_FD", "PROG_QUERY", "RAW_TRACEPOINT_OPEN", "BTF_LOAD",
	"BTF_GET_FD_BY_ID", "TASK_FD_QUERY", "MAP_LOOKUP_AND_DELETE_ELEM", "MAP_FREEZE", "BTF_GET_NEXT_ID",
	"MAP_LOOKUP_BATCH", "MAP_LOOKUP_AND_DELETE_BATCH", "MAP_UPDATE_BATCH", "MAP_DELETE_BATCH", "LINK_CREATE",
	"LINK_UPDATE", "LINK_GET_FD_BY_ID", "LINK_GET_NEXT_ID", "ENABLE_STATS", "ITER_CREATE", "LINK_DETACH",
	"PROG_BIND_MAP", "TOKEN_CREATE",
};

static void name_syscall(char *name, size_t size, long number, long command)
{
	if (number == SYS_memfd_create)
		snprintf(name, size, "syscall/memfd_create");
	else if (number == SYS_dup3)
		snprintf(name, size, "syscall/dup3");
	else if (number != SYS_bpf)
		snprintf(name, size, "syscall/%ld", number);
	else if (command >= 0 && command < (long)(sizeof(BPF_COMMANDS) / sizeof(BPF_COMMANDS[0])))
		snprintf(name, size, "bpf/%s", BPF_COMMANDS[command]);
	else
		snprintf(name, size, "bpf/%ld", command);
}

long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[6];
	char name[48];
	va_list more;

	va_start(more, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(more, long);
	va_end(more);
	if (!real)
		real = next("syscall");
	if (BY_NATRA()) {
		name_syscall(name, sizeof(name), number, a[0]);
		if (fault(name))
			return -1;
	}
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#define NATIVE(type, failed, name, parameters, arguments) \
	STAND_BEFORE(BY_NATRA(), #name, type, failed, name, parameters, arguments)

NATIVE(int, -1, socket, (int domain, int type, int protocol), (domain, type, protocol))
NATIVE(int, -1, bind, (int fd, const struct sockaddr *address, socklen_t length), (fd, address, length))
NATIVE(int, -1, getsockname, (int fd, struct sockaddr *address, socklen_t *length), (fd, address, length))
NATIVE(int, -1, setsockopt, (int fd, int level, int name, const void *value, socklen_t length),
       (fd, level, name, value, length))
NATIVE(int, -1, sigaction, (int signal, const struct sigaction *action, struct sigaction *before),
       (signal, action, before))
NATIVE(int, -1, sigaltstack, (const stack_t *stack, stack_t *before), (stack, before))
NATIVE(int, -1, setitimer, (enum __itimer_which which, const struct itimerval *timer, struct itimerval *before),
       (which, timer, before))
NATIVE(int, -1, setrlimit64, (enum __rlimit_resource what, const struct rlimit64 *limit), (what, limit))
NATIVE(void *, MAP_FAILED, mmap64, (void *at, size_t length, int protection, int flags, int fd, off64_t offset),
       (at, length, protection, flags, fd, offset))
