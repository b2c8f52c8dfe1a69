/* SPDX-License-Identifier: Apache-2.0 */
/* Netlink requests: the calls that carry them, and a kernel that refuses them. */
#include "inject.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { MOST_SOCKETS = 1024 };

/* Requests that were not sent on, and whose refusal has not been read yet. */
static struct {
	int error;
	unsigned sequence;
} refused[MOST_SOCKETS];

static const struct {
	int type;
	const char *name;
} TYPES[] = {
	{ RTM_NEWLINK, "NEWLINK" },     { RTM_DELLINK, "DELLINK" },       { RTM_GETLINK, "GETLINK" },
	{ RTM_NEWQDISC, "NEWQDISC" },   { RTM_DELQDISC, "DELQDISC" },     { RTM_GETQDISC, "GETQDISC" },
	{ RTM_NEWTCLASS, "NEWTCLASS" }, { RTM_GETTCLASS, "GETTCLASS" },   { RTM_NEWTFILTER, "NEWTFILTER" },
	{ RTM_DELTFILTER, "DELTFILTER" }, { RTM_GETTFILTER, "GETTFILTER" }, { RTM_GETNSID, "GETNSID" },
};

static bool is_refused(int fd, const void *request, size_t length)
{
	const struct nlmsghdr *header = request;
	char name[48];

	if (fd < 0 || fd >= MOST_SOCKETS || length < sizeof(*header))
		return false;
	snprintf(name, sizeof(name), "netlink/%d", header->nlmsg_type);
	for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
		if (TYPES[i].type == header->nlmsg_type)
			snprintf(name, sizeof(name), "netlink/%s", TYPES[i].name);
	if (!fault(name))
		return false;
	refused[fd].error = errno;
	refused[fd].sequence = header->nlmsg_seq;
	return true;
}

ssize_t send(int fd, const void *data, size_t length, int flags)
{
	static ssize_t (*real)(int, const void *, size_t, int);

	if (BY_NATRA()) {
		if (fault("send"))
			return -1;
		if (is_refused(fd, data, length))
			return length;
	}
	if (!real)
		real = next("send");
	return real(fd, data, length, flags);
}

/* natra's own requests, by the C library's table. */
ssize_t table_send(int fd, const void *data, size_t length, int flags)
{
	static ssize_t (*real)(int, const void *, size_t, int);

	if (fault("send"))
		return -1;
	if (is_refused(fd, data, length))
		return length;
	if (!real)
		real = next("send");
	return real(fd, data, length, flags);
}

/* Writes the kernel's refusal into a buffer. */
static ssize_t answer_refusal(int fd, void *buffer, size_t size, int flags)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr body;
	} answer = { .header = { .nlmsg_len = sizeof(answer), .nlmsg_type = NLMSG_ERROR } };
	struct sockaddr_nl own = { 0 };
	socklen_t length = sizeof(own);
	static int (*name_of)(int, struct sockaddr *, socklen_t *);

	if (!name_of)
		name_of = next("getsockname");
	name_of(fd, (struct sockaddr *)&own, &length);
	answer.header.nlmsg_pid = own.nl_pid;
	answer.header.nlmsg_seq = refused[fd].sequence;
	answer.body.error = -refused[fd].error;
	memcpy(buffer, &answer, size < sizeof(answer) ? size : sizeof(answer));
	if (!(flags & MSG_PEEK))
		netlink_forget(fd);
	return sizeof(answer);
}

static bool has_refusal(int fd)
{
	return fd >= 0 && fd < MOST_SOCKETS && refused[fd].error;
}

ssize_t table_recv(int fd, void *buffer, size_t size, int flags)
{
	static ssize_t (*real)(int, void *, size_t, int);

	if (fault("recv"))
		return -1;
	if (has_refusal(fd))
		return answer_refusal(fd, buffer, size, flags);
	if (!real)
		real = next("recv");
	return real(fd, buffer, size, flags);
}

static ssize_t answer_message(int fd, struct msghdr *message, int flags)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (message->msg_name && message->msg_namelen >= sizeof(kernel)) {
		memcpy(message->msg_name, &kernel, sizeof(kernel));
		message->msg_namelen = sizeof(kernel);
	}
	message->msg_flags = 0;
	message->msg_controllen = 0;
	if (message->msg_iovlen == 0)
		return answer_refusal(fd, NULL, 0, flags);
	return answer_refusal(fd, message->msg_iov[0].iov_base, message->msg_iov[0].iov_len, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	static ssize_t (*real)(int, struct msghdr *, int);

	if (BY_NATRA()) {
		if (fault("recvmsg"))
			return -1;
		if (has_refusal(fd))
			return answer_message(fd, message, flags);
	}
	if (!real)
		real = next("recvmsg");
	return real(fd, message, flags);
}

void netlink_forget(int fd)
{
	if (fd >= 0 && fd < MOST_SOCKETS)
		refused[fd].error = 0;
}
