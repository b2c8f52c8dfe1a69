/**
 * Functions of libbpf, as data. Comments give the C types; the build exports exactly these from
 * build/libbpf-tests.so.
 */
export const symbols = {
  /** int bpf_prog_test_run_opts(int prog_fd, struct bpf_test_run_opts *opts) */
  bpf_prog_test_run_opts: { parameters: ["i32", "buffer"], result: "i32" },
  /** int bpf_map_get_fd_by_id(__u32 id) */
  bpf_map_get_fd_by_id: { parameters: ["u32"], result: "i32" },
  /** int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags) */
  bpf_map_update_elem: { parameters: ["i32", "buffer", "buffer", "u64"], result: "i32" },
  /**
   * int bpf_map_update_batch(int fd, const void *keys, const void *values, __u32 *count, const void *opts)
   */
  bpf_map_update_batch: { parameters: ["i32", "buffer", "buffer", "buffer", "pointer"], result: "i32" },
} as const;
