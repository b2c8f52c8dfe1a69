import { Errno } from "../../../ffi/errno.ts";
import { checkNegative, cstr, NativeError } from "../../../ffi/native.ts";
import { libbpf, takeLog } from "../libbpf.ts";
import { hasTcx } from "../features.ts";
import { hasFilters, putRedirect } from "../../net/tc_filters.ts";
import { CLSACT, deleteQdisc, findQdisc } from "../../net/tc.ts";
import { replacePin } from "../pins.ts";
import { FILTER_PRIORITY } from "../../registry/names.ts";
import { pinnedProgramId } from "../info.ts";
import type { BpfObject } from "../object.ts";
import type { Attacher, Hook } from "./attachment.ts";

const BPF_TC_POINT = { ingress: 1, egress: 2 } as const;
const BPF_TC_F_REPLACE = 1;
const HOOK = 24; // sizeof(struct bpf_tc_hook): sz, ifindex, attach_point, parent
const OPTS = 32; // sizeof(struct bpf_tc_opts): sz, prog_fd, flags, prog_id, handle, priority
const PROG_ID = 16; // offset in bpf_tc_opts

function hookOf({ ifindex, point }: Hook, both = false): Uint8Array<ArrayBuffer> {
  const hook = new DataView(new ArrayBuffer(HOOK));
  hook.setBigUint64(0, BigInt(HOOK), true);
  hook.setInt32(8, ifindex, true);
  hook.setUint32(12, both ? BPF_TC_POINT.ingress | BPF_TC_POINT.egress : BPF_TC_POINT[point], true);
  return new Uint8Array(hook.buffer);
}

function filterOf({ filterHandle }: Hook, program?: number): Uint8Array<ArrayBuffer> {
  const opts = new DataView(new ArrayBuffer(OPTS));
  opts.setBigUint64(0, BigInt(OPTS), true);
  if (program !== undefined) {
    opts.setInt32(8, program, true);
    opts.setUint32(12, BPF_TC_F_REPLACE, true); // our own from an interrupted call
  }
  opts.setUint32(20, filterHandle, true);
  opts.setUint32(24, FILTER_PRIORITY, true);
  return new Uint8Array(opts.buffer);
}

/**
 * Attaches a program together with a redirecting action. Kernels without tcx need it for a program that
 * redirects to an ifb: their ifb drops packets that are not marked as redirected, and the action marks them.
 */
function redirect(program: number, name: string, hook: Hook & { readonly redirectTo: number }): void {
  putRedirect(hook.netlink, {
    index: hook.ifindex,
    parent: CLSACT[hook.point],
    priority: FILTER_PRIORITY,
    handle: hook.filterHandle,
    program,
    name,
    to: hook.redirectTo,
  });
}

/** Adds the filter, or replaces it, which the kernel does without a gap. */
function putFilter(object: BpfObject, program: string, hook: Hook): void {
  const { redirectTo } = hook;
  if (redirectTo !== undefined && !hasTcx()) {
    redirect(object.programFd(program), program, { ...hook, redirectTo });
    return;
  }
  const attached = libbpf().bpf_tc_attach(hookOf(hook), filterOf(hook, object.programFd(program)));
  checkNegative(`attach ${program} to interface ${hook.ifindex}`, attached, takeLog());
}

function pinProgram(object: BpfObject, program: string, pin: string): void {
  const pinned = libbpf().bpf_program__pin(object.program(program), cstr(pin));
  checkNegative(`pin ${program} to "${pin}"`, pinned, takeLog());
}

/** A direct-action filter on clsact: for kernels before 6.6. */
export const clsact: Attacher = {
  kind: "clsact",

  needsClsact: (netlink, ifindex) => findQdisc(netlink, ifindex, { handle: CLSACT.handle }) === null,

  prepare(hook: Hook): void {
    const created = libbpf().bpf_tc_hook_create(hookOf(hook, true));
    takeLog();
    if (created !== -Errno.EEXIST) checkNegative(`add clsact to interface ${hook.ifindex}`, created);
  },

  attach(object: BpfObject, program: string, hook: Hook): void {
    putFilter(object, program, hook);
    pinProgram(object, program, hook.pin);
  },

  replace(object: BpfObject, program: string, hook: Hook): void {
    putFilter(object, program, hook);
    replacePin(hook.pin, (draft) => pinProgram(object, program, draft));
  },

  stop: (hook) => clsact.detach(hook, false),

  detach(hook: Hook, ownsClsact: boolean): void {
    const result = libbpf().bpf_tc_detach(hookOf(hook), filterOf(hook));
    takeLog();
    const gone: readonly number[] = [-Errno.ENOENT, -Errno.ENODEV, -Errno.EINVAL];
    if (result < 0 && !gone.includes(result)) {
      throw new NativeError(`detach from interface ${hook.ifindex}`, -result);
    }
    if (!ownsClsact) return;
    const used = [CLSACT.ingress, CLSACT.egress].some((parent) =>
      hasFilters(hook.netlink, hook.ifindex, parent)
    );
    if (!used) deleteQdisc(hook.netlink, hook.ifindex, CLSACT.handle, CLSACT.parent);
  },

  verify(hook: Hook): string | null {
    const filter = filterOf(hook);
    const result = libbpf().bpf_tc_query(hookOf(hook), filter);
    takeLog();
    const which = `the ${hook.point} filter of interface ${hook.ifindex}`;
    if (result !== 0) return `${which} is missing`;
    const program = pinnedProgramId(hook.pin);
    if (program === null) return `${which} cannot be verified: the pin "${hook.pin}" is missing`;
    const there = new DataView(filter.buffer).getUint32(PROG_ID, true);
    return there === program ? null : `${which} runs program ${there}, not the pinned program ${program}`;
  },
};
