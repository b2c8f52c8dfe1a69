/** What natra calls in libmnl 1.0, as data. Comments give the C types. */
export const symbols = {
  /** struct mnl_socket *mnl_socket_open2(int bus, int flags) */
  mnl_socket_open2: { parameters: ["i32", "i32"], result: "pointer" },
  /** int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid) */
  mnl_socket_bind: { parameters: ["pointer", "u32", "i32"], result: "i32" },
  /** int mnl_socket_close(struct mnl_socket *nl) */
  mnl_socket_close: { parameters: ["pointer"], result: "i32" },
  /** ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t siz) */
  mnl_socket_sendto: { parameters: ["pointer", "buffer", "usize"], result: "isize" },
  /** ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t siz) */
  mnl_socket_recvfrom: { parameters: ["pointer", "buffer", "usize"], result: "isize" },

  /** struct nlmsghdr *mnl_nlmsg_put_header(void *buf) */
  mnl_nlmsg_put_header: { parameters: ["buffer"], result: "pointer" },
  /** void *mnl_nlmsg_put_extra_header(struct nlmsghdr *nlh, size_t size) */
  mnl_nlmsg_put_extra_header: { parameters: ["buffer", "usize"], result: "pointer" },
  /** bool mnl_attr_put_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type, size_t len, const void *data) */
  mnl_attr_put_check: { parameters: ["buffer", "usize", "u16", "usize", "buffer"], result: "bool" },
  /** struct nlattr *mnl_attr_nest_start_check(struct nlmsghdr *nlh, size_t buflen, uint16_t type) */
  mnl_attr_nest_start_check: { parameters: ["buffer", "usize", "u16"], result: "pointer" },
  /** void mnl_attr_nest_end(struct nlmsghdr *nlh, struct nlattr *start) */
  mnl_attr_nest_end: { parameters: ["buffer", "pointer"], result: "void" },
} as const;
