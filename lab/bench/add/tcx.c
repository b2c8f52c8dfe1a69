// SPDX-License-Identifier: GPL-2.0
/*
 * How long the kernel itself takes to attach to tcx hooks:
 *
 *   tcx LINK HOOK [LINK HOOK …]        HOOK: ingress or egress
 *
 * Attaches a program of two instructions to each hook, one after the other, and prints the milliseconds that
 * the BPF_LINK_CREATE calls took together as JSON; nothing else is timed, and all is detached again at the
 * end. Raw system calls and numbers, so that it compiles with headers that do not know tcx yet.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TCX_INGRESS = 46, TCX_EGRESS = 47 };
#define TCX_NEXT (-1)

static _Noreturn void fail(const char *action, const char *subject)
{
	fprintf(stderr, "tcx: %s \"%s\": %s\n", action, subject, strerror(errno));
	exit(1);
}

static int call_bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int load_program(int hook)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TCX_NEXT },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SCHED_CLS,
		.expected_attach_type = hook,
		.insns = (uintptr_t)code,
		.insn_cnt = sizeof(code) / sizeof(*code),
		.license = (uintptr_t)"GPL",
	};
	int program = call_bpf(BPF_PROG_LOAD, &attr);

	if (program < 0)
		fail("cannot load a program for", hook == TCX_INGRESS ? "ingress" : "egress");
	return program;
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	double total = 0;

	if (argc < 3 || argc % 2 == 0) {
		fputs("usage: tcx LINK HOOK [LINK HOOK …]\n", stderr);
		return 2;
	}
	for (int i = 1; i < argc; i += 2) {
		int hook = strcmp(argv[i + 1], "ingress") == 0 ? TCX_INGRESS : TCX_EGRESS;
		union bpf_attr attr = { .link_create = { .prog_fd = load_program(hook),
							  .target_fd = if_nametoindex(argv[i]),
							  .attach_type = hook } };
		double start = now_ms();

		if (call_bpf(BPF_LINK_CREATE, &attr) < 0)
			fail("cannot attach to", argv[i]);
		total += now_ms() - start;
	}
	printf("{\"attach\":%.3f}\n", total);
	return 0;
}
