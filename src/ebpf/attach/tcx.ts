import { checkNegative, cstr, notNull } from "../../../ffi/native.ts";
import { tcxPrograms } from "../features.ts";
import { libbpf, takeLog } from "../libbpf.ts";
import { linkInfo, openPin } from "../info.ts";
import type { BpfObject } from "../object.ts";
import { removePin } from "../pins.ts";
import type { Attacher, Hook } from "./attachment.ts";

const TCX_OPTS = 32; // sizeof(struct bpf_tcx_opts): sz, flags, relative_fd, relative_id, expected_revision
const BPF_F_BEFORE = 8; // without a relative program: at the head

/** A tcx link (Linux 6.6), owned by its pin. Foreign programs are neither replaced nor skipped. */
export const tcx: Attacher = {
  kind: "tcx",

  needsClsact: () => false,

  prepare: () => {},

  attach(object: BpfObject, program: string, { ifindex, pin }: Hook): void {
    const opts = new DataView(new ArrayBuffer(TCX_OPTS));
    opts.setBigUint64(0, BigInt(TCX_OPTS), true);
    opts.setUint32(8, BPF_F_BEFORE, true);
    const attached = libbpf().bpf_program__attach_tcx(
      object.program(program),
      ifindex,
      new Uint8Array(opts.buffer),
    );
    const link = notNull(`attach ${program} to interface ${ifindex}`, attached, takeLog());
    try {
      checkNegative(`pin link "${pin}"`, libbpf().bpf_link__pin(link, cstr(pin)), takeLog());
    } finally {
      libbpf().bpf_link__destroy(link); // closes it: only its pin keeps it alive
    }
  },

  replace(object: BpfObject, program: string, { pin }: Hook): void {
    using link = openPin(pin);
    if (link === null) throw new Error(`Cannot replace ${program}: the link "${pin}" is missing`);
    const updated = libbpf().bpf_link_update(link.fd, object.programFd(program), null);
    checkNegative(`replace the program of link "${pin}"`, updated, takeLog());
  },

  stop({ pin }: Hook): void {
    using link = openPin(pin);
    if (link === null) return;
    checkNegative(`detach link "${pin}"`, libbpf().bpf_link_detach(link.fd), takeLog());
  },

  detach({ pin }: Hook): void {
    removePin(pin);
  },

  verify({ ifindex, point, pin }: Hook): string | null {
    const info = linkInfo(pin);
    if (info === null) return `the ${point} link "${pin}" is missing`;
    if (info.ifindex !== ifindex) {
      return `the ${point} link "${pin}" is on interface ${info.ifindex}, not ${ifindex}`;
    }
    const programs = tcxPrograms(ifindex, point) ?? [];
    return programs.includes(info.programId)
      ? null
      : `the ${point} hook of interface ${ifindex} does not run the program of "${pin}"`;
  },
};
