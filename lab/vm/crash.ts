/**
 * Whose fault it is that a machine ended without a result.
 *
 * QEMU before 8.1 now and then executes, on one of several processors, an instruction that another one is patching: a guest of
 * some hundred meets the breakpoint that Linux puts there meanwhile when Linux has forgotten it, and dies of it
 * (https://bugzilla.redhat.com/show_bug.cgi?id=2216496). No program of the guest's can do that.
 *
 * @param console what its kernel said
 * @returns `emulator` if it trapped on a breakpoint of its own
 */
export function crashKind(console: string): "crash" | "emulator" {
  return /\bint3: 0000 \[#\d+\]/.test(console) ? "emulator" : "crash";
}
