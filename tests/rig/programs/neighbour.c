/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* neighbour query IFNAME                                        the tcx programs of both hooks, in their order, as JSON
 * neighbour tcx OBJECT IFNAME ingress|egress head|tail [CONDUCT]          counter.bpf.c as a tcx link
 * neighbour clsact OBJECT IFNAME ingress|egress PRIORITY HANDLE [CONDUCT] the same as a filter on clsact
 *
 * CONDUCT: next (leave the packet to the next program), ok (pass it, and end the hook), peer=IFNAME (hand
 * IPv4 to the other end of that veth).  The latter two wait for SIGTERM and then print how many packets the
 * program saw; the tcx link ends with the process, the filter stays.  Here because Debian 12's tc and bpftool
 * know nothing of tcx, nor do its kernel headers. */
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* linux/bpf.h of Linux 6.6: BPF_TCX_INGRESS, BPF_TCX_EGRESS, BPF_F_BEFORE */
enum { TCX_INGRESS = 46, TCX_EGRESS = 47, BEFORE = 8, MOST = 64 };

/* union bpf_attr of BPF_PROG_QUERY and of BPF_LINK_CREATE, as far as they are used here */
struct query {
	__u32 ifindex, hook, query_flags, attach_flags;
	__u64 ids;
	__u32 count, pad[9];
};
struct create {
	__u32 program, ifindex, hook, flags;
	__u32 relative, pad;
	__u64 revision;
};

static int fail(const char *what)
{
	fprintf(stderr, "Cannot %s: %s\n", what, strerror(errno));
	return 1;
}

static int query_hook(unsigned ifindex, int hook, const char *name)
{
	__u32 ids[MOST];
	struct query query = { .ifindex = ifindex, .hook = hook, .ids = (__u64)(unsigned long)ids, .count = MOST };

	if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)) < 0)
		return fail("query the hook");
	printf("\"%s\":[", name);
	for (__u32 i = 0; i < query.count; i++) {
		struct bpf_prog_info info = {};
		__u32 length = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(ids[i]);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length) < 0)
			return fail("look at a program");
		printf("%s{\"id\":%u,\"name\":\"%s\"}", i ? "," : "", info.id, info.name);
		close(fd);
	}
	printf("]");
	return 0;
}

static int attach(struct bpf_program *program, unsigned ifindex, int ingress, char **argv)
{
	if (strcmp(argv[1], "tcx") == 0) {
		struct create create = { .program = bpf_program__fd(program), .ifindex = ifindex,
					 .hook = ingress ? TCX_INGRESS : TCX_EGRESS,
					 .flags = strcmp(argv[5], "head") == 0 ? BEFORE : 0 };

		return syscall(SYS_bpf, BPF_LINK_CREATE, &create, sizeof(create)) < 0 ? -1 : 0;
	}
	DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
			    .attach_point = ingress ? BPF_TC_INGRESS : BPF_TC_EGRESS);
	DECLARE_LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(program),
			    .priority = strtoul(argv[5], NULL, 0), .handle = strtoul(argv[6], NULL, 0));
	int made = bpf_tc_hook_create(&hook);

	return made < 0 && made != -EEXIST ? made : bpf_tc_attach(&hook, &opts);
}

/* What the program does with what it has seen: the start of its .rodata, see counter.bpf.c. */
static int conduct(struct bpf_object *object, const char *word)
{
	struct bpf_map *rodata = bpf_object__find_map_by_name(object, ".rodata");
	const char *peer = strncmp(word, "peer=", 5) == 0 ? word + 5 : NULL;
	struct {
		__s32 verdict;
		__u32 peer;
	} conduct = { .verdict = strcmp(word, "ok") == 0 ? 0 : -1, .peer = peer ? if_nametoindex(peer) : 0 };

	if (!rodata || (peer && !conduct.peer))
		return -1;
	return bpf_map__set_initial_value(rodata, &conduct, sizeof(conduct));
}

static int hold(char **argv, unsigned ifindex, const char *word)
{
	int ingress = strcmp(argv[4], "ingress") == 0, first = 0, signal;
	struct bpf_object *object = bpf_object__open_file(argv[2], NULL);
	struct bpf_program *program = object ? bpf_object__find_program_by_name(object, "neighbour") : NULL;
	unsigned long long seen = 0;
	sigset_t end;

	if (!program)
		return fail("open the object");
	if (strcmp(argv[1], "tcx") == 0)
		bpf_program__set_expected_attach_type(program,
						       (enum bpf_attach_type)(ingress ? TCX_INGRESS : TCX_EGRESS));
	if (conduct(object, word) < 0)
		return fail("tell the program what to do");
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	if (bpf_object__load(object) < 0 || attach(program, ifindex, ingress, argv) < 0)
		return fail("attach the program");
	sigwait(&end, &signal);
	if (bpf_map_lookup_elem(bpf_object__find_map_fd_by_name(object, "seen"), &first, &seen) < 0)
		return fail("read the count");
	printf("%llu\n", seen);
	return 0;
}

int main(int argc, char **argv)
{
	int query = argc == 3 && strcmp(argv[1], "query") == 0;
	int fixed = argc < 2 ? 0 : strcmp(argv[1], "tcx") == 0 ? 6 : strcmp(argv[1], "clsact") == 0 ? 7 : 0;
	unsigned ifindex;

	if (!query && !(fixed && (argc == fixed || argc == fixed + 1))) {
		fprintf(stderr, "Cannot run: wrong arguments, see neighbour.c\n");
		return 2;
	}
	ifindex = if_nametoindex(argv[query ? 2 : 3]);
	if (!ifindex)
		return fail("find the interface");
	if (!query)
		return hold(argv, ifindex, argc > fixed ? argv[fixed] : "next");
	printf("{");
	if (query_hook(ifindex, TCX_INGRESS, "ingress"))
		return 1;
	printf(",");
	if (query_hook(ifindex, TCX_EGRESS, "egress"))
		return 1;
	printf("}\n");
	return 0;
}
