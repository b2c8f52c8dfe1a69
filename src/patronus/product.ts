/**
 * patronus as shared code knows it: the main CNI of a mesh of clusters. So far it only owns its names and
 * numbers.
 */
import type { Product } from "../agent/product.ts";
import { block, only } from "../registry/allotment.ts";

const PORT = 9633;
/**
 * How many paths between clusters a node can distinguish, and how many generations of keys each path has at
 * once.
 */
const PATHS = 64;
const SLOTS = 3;

export const product: Product = {
  name: "patronus",
  summary: "connects pods, nodes and clusters: addresses, policies, and an encrypted mesh",
  type: "patronus-cni",
  port: PORT,
  allotment: {
    product: "patronus",
    numbers: {
      filterHandle: [only(0x7061)],
      hookOrder: [block(1, 2)], // source check, policy
      fwmark: [block(1, PATHS * SLOTS)], // path x slots + slot + 1
      routeTable: [block(1001, PATHS * SLOTS)], // 1000 + mark
      rulePreference: [block(1001, PATHS * SLOTS)],
      tcpPort: [only(PORT)],
      // the control device; the paths: 51821 + slots x path + slot
      udpPort: [only(51_820), block(51_821, PATHS * SLOTS)],
    },
    names: {
      cniType: ["patronus-cni"],
      path: ["/sys/fs/bpf/patronus", "/run/patronus", "/var/log/patronus", "/var/lib/patronus"],
      link: ["patronus"],
      metric: ["patronus_"],
      nftTable: ["patronus"],
      annotation: ["patronus.io/"],
    },
  },
};
