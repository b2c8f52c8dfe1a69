/**
 * The system's libbpf, for what the product never calls: running a program on a packet, and loading a test's own. The
 * two libraries do not meet; the kernel's descriptors are what they share.
 *
 * @module
 */
const library = Deno.dlopen("libbpf.so.1", {
  /** int bpf_prog_test_run_opts(int prog_fd, struct bpf_test_run_opts *opts) */
  bpf_prog_test_run_opts: { parameters: ["i32", "buffer"], result: "i32" },
  /** int bpf_obj_get_info_by_fd(int bpf_fd, void *info, __u32 *info_len) */
  bpf_obj_get_info_by_fd: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  /** int bpf_map_get_fd_by_id(__u32 id) */
  bpf_map_get_fd_by_id: { parameters: ["u32"], result: "i32" },
  /** int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags) */
  bpf_map_update_elem: { parameters: ["i32", "buffer", "buffer", "u64"], result: "i32" },
  /** int bpf_map_lookup_batch(int fd, void *in, void *out, void *keys, void *values, __u32 *count, const void *opts) */
  bpf_map_lookup_batch: {
    parameters: ["i32", "pointer", "buffer", "buffer", "buffer", "buffer", "pointer"],
    result: "i32",
  },
  /** int bpf_map_update_batch(int fd, const void *keys, const void *values, __u32 *count, const void *opts) */
  bpf_map_update_batch: { parameters: ["i32", "buffer", "buffer", "buffer", "pointer"], result: "i32" },

  /** struct bpf_object *bpf_object__open_mem(const void *elf, size_t size, const struct bpf_object_open_opts *opts) */
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
  /** void *bpf_map__initial_value(struct bpf_map *map, size_t *size) */
  bpf_map__initial_value: { parameters: ["pointer", "buffer"], result: "pointer" },
  /** int bpf_program__set_expected_attach_type(struct bpf_program *prog, enum bpf_attach_type type) */
  bpf_program__set_expected_attach_type: { parameters: ["pointer", "i32"], result: "i32" },
  /** int bpf_program__fd(const struct bpf_program *prog) */
  bpf_program__fd: { parameters: ["pointer"], result: "i32" },
  /** libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn): NULL is silence */
  libbpf_set_print: { parameters: ["pointer"], result: "pointer" },
});

/** The functions of libbpf 1.x. Those that return int give -errno. */
export const libbpf = library.symbols;

libbpf.libbpf_set_print(null); // what the verifier says is read from the log buffer
