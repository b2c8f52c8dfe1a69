/** pona as shared code knows it: egress SNAT on demand. So far it only owns its names and numbers. */
import type { Product } from "../agent/product.ts";
import { only } from "../registry/allotment.ts";

const PORT = 9632;

export const product: Product = {
  name: "pona",
  summary: "sends pods' traffic to given destinations through NAT gateways",
  type: "pona",
  port: PORT,
  allotment: {
    product: "pona",
    numbers: {
      filterHandle: [only(0x706f)],
      hookOrder: [only(4)],
      // In a gateway's own namespace: decapsulated packets, and their connections' replies.
      gatewayFwmark: [only(1), only(2)],
      tcpPort: [only(PORT)],
      udpPort: [only(5555)],
    },
    names: {
      cniType: ["pona"],
      path: ["/sys/fs/bpf/pona", "/run/pona", "/var/log/pona"],
      link: ["pona-"],
      metric: ["pona_"],
      nftTable: ["pona"],
      annotation: ["pona.cybozu.com/", "egress.pona.cybozu.com/"],
    },
  },
};
