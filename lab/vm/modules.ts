import { VmError } from "./error.ts";

/**
 * Lists the files to load, in order, so that the modules wanted are there.
 *
 * @param dependencies text of `modules.dep`: "module: what it needs", in which the first needed comes last
 * @param builtin text of `modules.builtin`: modules that are part of the kernel itself; undefined if that is
 * not
 *   known, and then every module without a file is taken for one
 * @param wanted names of the modules, in any spelling of `-` and `_`
 * @returns paths as in `modules.dep`, each once and after all that it needs
 * @throws {VmError} if a module is neither a file nor part of the kernel
 */
export function loadOrder(
  dependencies: string,
  builtin: string | undefined,
  wanted: readonly string[],
): string[] {
  const needs = new Map<string, string[]>();
  for (const line of dependencies.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const path = line.slice(0, colon);
    needs.set(moduleName(path), [
      ...line.slice(colon + 1).split(" ").filter((p) => p !== "").reverse(),
      path,
    ]);
  }
  const inside = new Set(builtin?.split("\n").map(moduleName));
  const order = new Set<string>();
  for (const name of wanted.map(moduleName)) {
    const paths = needs.get(name);
    if (paths === undefined && builtin !== undefined && !inside.has(name)) {
      throw new VmError("build", `Cannot find the kernel module "${name}"`);
    }
    for (const path of paths ?? []) order.add(path);
  }
  return [...order];
}

/**
 * A module's name as the kernel spells it.
 *
 * @param path file name, such as "kernel/net/sched/sch_fq.ko.xz"
 * @returns the name, such as "sch_fq"
 */
export function moduleName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.ko(\.\w+)?$/, "").replaceAll("-", "_");
}
