import { VmError } from "./error.ts";
import { bootImage } from "./image.ts";
import { findKernel } from "./kernels.ts";
import { findQemu } from "./qemu.ts";

/**
 * Makes sure that a machine can be booted, downloading and building what it takes the first time. Only
 * another processor or a mirror out of reach is a reason to skip a test: everything else that is wrong is a
 * failure.
 *
 * @param kernel as named in `KERNELS`
 * @returns whether tests that boot it must be ignored; why goes to standard error
 * @throws {VmError} if it should be possible and is not
 */
export async function cannotBoot(kernel: string): Promise<boolean> {
  const say = (line: string): number => Deno.stderr.writeSync(new TextEncoder().encode(`vm: ${line}\n`));
  if (Deno.build.arch !== "x86_64") {
    say(`Skipping the tests that boot kernel "${kernel}": this machine is no x86_64`);
    return true;
  }
  try {
    await findQemu(say);
    await bootImage(findKernel(kernel), say);
    return false;
  } catch (error) {
    if (!(error instanceof VmError) || error.kind !== "network") throw error;
    say(`Skipping the tests that boot kernel "${kernel}": ${error.message}`);
    return true;
  }
}
