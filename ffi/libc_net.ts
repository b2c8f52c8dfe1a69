/**
 * What long-running processes call in the C library for the network, as data: a pod's start does not load it.
 * Comments give the C types.
 */
export const symbols = {
  /** int inet_pton(int family, const char *text, void *address) */
  inet_pton: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  /** const char *inet_ntop(int family, const void *address, char *text, socklen_t size) */
  inet_ntop: { parameters: ["i32", "buffer", "buffer", "u32"], result: "pointer" },
  /**
   * ssize_t recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from, socklen_t *from_len)
   */
  recvfrom: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "buffer"], result: "isize" },
  /** int eventfd(unsigned count, int flags) */
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  /**
   * int poll(struct pollfd *fds, nfds_t count, int timeout_ms), on a thread of its own. `fds` must be a view
   * of an ArrayBuffer that the caller keeps until the call returns.
   */
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32", nonblocking: true },
} as const;
