/**
 * Names that all products on a node share. What one product owns is in its allotment (product.ts of its
 * wing); allotment.ts defines the spaces.
 *
 * @module
 */

/** Where BPF objects are pinned: `<BPFFS>/<product>/…`. */
export const BPFFS = "/sys/fs/bpf";

/**
 * The priority of all our clsact filters: the kernel runs filters with the lowest number first. Filters of
 * one priority differ by their handles, which are allotted.
 */
export const FILTER_PRIORITY = 1;

/**
 * The shared directory on a node, which only root can open: install and uninstall of every product lock it.
 * natra, the oldest product, also keeps its records there.
 */
export const HOUSE_RUN = "/run/natra";
