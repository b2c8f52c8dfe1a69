/**
 * The functions of libbpf 1.7 that are called, as data. Comments give the C types; the build exports exactly
 * these symbols. After a failure functions that return int give -errno; those that return a pointer give NULL
 * and set errno.
 */
export const symbols = {
  /** libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn) */
  libbpf_set_print: { parameters: ["function"], result: "pointer" },

  /**
   * struct bpf_object *bpf_object__open_mem(const void *elf, size_t size,
   *                                         const struct bpf_object_open_opts *opts)
   */
  bpf_object__open_mem: { parameters: ["buffer", "usize", "buffer"], result: "pointer" },
  /** int bpf_object__load(struct bpf_object *obj) */
  bpf_object__load: { parameters: ["pointer"], result: "i32" },
  /** void bpf_object__close(struct bpf_object *obj) */
  bpf_object__close: { parameters: ["pointer"], result: "void" },
  /** struct bpf_map *bpf_object__find_map_by_name(const struct bpf_object *obj, const char *name) */
  bpf_object__find_map_by_name: { parameters: ["pointer", "buffer"], result: "pointer" },
  /** struct bpf_program *bpf_object__find_program_by_name(const struct bpf_object *obj, const char *name) */
  bpf_object__find_program_by_name: { parameters: ["pointer", "buffer"], result: "pointer" },

  /** int bpf_map__set_max_entries(struct bpf_map *map, __u32 max_entries) */
  bpf_map__set_max_entries: { parameters: ["pointer", "u32"], result: "i32" },
  /** int bpf_map__set_map_flags(struct bpf_map *map, __u32 flags) */
  bpf_map__set_map_flags: { parameters: ["pointer", "u32"], result: "i32" },
  /**
   * void *bpf_map__initial_value(const struct bpf_map *map, size_t *size): the memory is libbpf's, and
   * writable before load
   */
  bpf_map__initial_value: { parameters: ["pointer", "buffer"], result: "pointer" },
  /** int bpf_map__reuse_fd(struct bpf_map *map, int fd): before load; the descriptor is duplicated */
  bpf_map__reuse_fd: { parameters: ["pointer", "i32"], result: "i32" },
  /** int bpf_map__fd(const struct bpf_map *map): the descriptor stays libbpf's */
  bpf_map__fd: { parameters: ["pointer"], result: "i32" },
  /** int bpf_map__pin(struct bpf_map *map, const char *path) */
  bpf_map__pin: { parameters: ["pointer", "buffer"], result: "i32" },

  /** int bpf_program__set_autoload(struct bpf_program *prog, bool autoload) */
  bpf_program__set_autoload: { parameters: ["pointer", "bool"], result: "i32" },
  /** int bpf_program__set_expected_attach_type(struct bpf_program *prog, enum bpf_attach_type type) */
  bpf_program__set_expected_attach_type: { parameters: ["pointer", "i32"], result: "i32" },
  /** int bpf_program__fd(const struct bpf_program *prog): the descriptor stays libbpf's */
  bpf_program__fd: { parameters: ["pointer"], result: "i32" },
  /** int bpf_program__pin(struct bpf_program *prog, const char *path) */
  bpf_program__pin: { parameters: ["pointer", "buffer"], result: "i32" },
  /**
   * struct bpf_link *bpf_program__attach_tcx(const struct bpf_program *prog, int ifindex,
   *                                          const struct bpf_tcx_opts *opts)
   */
  bpf_program__attach_tcx: { parameters: ["pointer", "i32", "buffer"], result: "pointer" },
  /** int bpf_link__pin(struct bpf_link *link, const char *path) */
  bpf_link__pin: { parameters: ["pointer", "buffer"], result: "i32" },
  /** int bpf_link__destroy(struct bpf_link *link): closes it; a pinned link lives on */
  bpf_link__destroy: { parameters: ["pointer"], result: "i32" },

  /** int bpf_link_update(int link_fd, int new_prog_fd, const struct bpf_link_update_opts *opts) */
  bpf_link_update: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  /** int bpf_link_detach(int link_fd): at once, even if other processes hold the link */
  bpf_link_detach: { parameters: ["i32"], result: "i32" },

  /** int bpf_tc_hook_create(struct bpf_tc_hook *hook) */
  bpf_tc_hook_create: { parameters: ["buffer"], result: "i32" },
  /** int bpf_tc_attach(const struct bpf_tc_hook *hook, struct bpf_tc_opts *opts) */
  bpf_tc_attach: { parameters: ["buffer", "buffer"], result: "i32" },
  /** int bpf_tc_detach(const struct bpf_tc_hook *hook, const struct bpf_tc_opts *opts) */
  bpf_tc_detach: { parameters: ["buffer", "buffer"], result: "i32" },
  /** int bpf_tc_query(const struct bpf_tc_hook *hook, struct bpf_tc_opts *opts) */
  bpf_tc_query: { parameters: ["buffer", "buffer"], result: "i32" },

  /** int libbpf_num_possible_cpus(void) */
  libbpf_num_possible_cpus: { parameters: [], result: "i32" },
  /** int bpf_prog_query_opts(int target, enum bpf_attach_type type, struct bpf_prog_query_opts *opts) */
  bpf_prog_query_opts: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  /** int bpf_obj_get(const char *pathname) */
  bpf_obj_get: { parameters: ["buffer"], result: "i32" },
  /** int bpf_prog_get_fd_by_id(__u32 id): the descriptor is the caller's */
  bpf_prog_get_fd_by_id: { parameters: ["u32"], result: "i32" },
  /** int bpf_obj_get_info_by_fd(int fd, void *info, __u32 *info_len) */
  bpf_obj_get_info_by_fd: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  /** int bpf_map_lookup_elem(int fd, const void *key, void *value) */
  bpf_map_lookup_elem: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  /**
   * int bpf_map_lookup_batch(int fd, void *in, void *out, void *keys, void *values, __u32 *count,
   *                          const void *opts)
   */
  bpf_map_lookup_batch: {
    parameters: ["i32", "buffer", "buffer", "buffer", "buffer", "buffer", "pointer"],
    result: "i32",
  },
  /** int bpf_map_delete_elem(int fd, const void *key) */
  bpf_map_delete_elem: { parameters: ["i32", "buffer"], result: "i32" },
} as const;
