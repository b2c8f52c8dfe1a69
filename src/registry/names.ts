/**
 * Names that every product on a node shares. What a product owns by itself is in its allotment (product.ts of its wing), and
 * allotment.ts says what the spaces are.
 *
 * @module
 */

/** Where BPF objects are pinned: `<BPFFS>/<product>/…`. */
export const BPFFS = "/sys/fs/bpf";

/**
 * The priority of every clsact filter of this house: the kernel calls filters of the lowest number first. Filters of one
 * priority are told apart by their handles, which are allotted.
 */
export const FILTER_PRIORITY = 1;

/**
 * The house's directory on a node, which only root can open: install and uninstall lock it, whichever product asks. natra, the
 * oldest product, also keeps its records there.
 */
export const HOUSE_RUN = "/run/natra";
