/**
 * What the tests call in libbpf and the product never does. The build links these few into a library of their
 * own, so that the product's shows nothing that only tests need; it goes where they go, into the guests of
 * lab/kernels too. The two libraries do not meet: the kernel's descriptors are what they share.
 *
 * @module
 */
import { embedded } from "../../ffi/native.ts";
import { symbols } from "./libbpf_symbols.ts";

/** The functions. Those that return int give -errno. */
export const libbpf = embedded("libbpf-tests.so", symbols);
