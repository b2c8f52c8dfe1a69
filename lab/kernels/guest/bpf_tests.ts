/**
 * The tests of tests/bpf in a guest, which has no `deno test`: they are collected as they register, and run
 * one by one.
 */
type Test = readonly [name: string, run: () => void | Promise<void>];

const collected: Test[] = [];
Object.defineProperty(Deno, "test", {
  value: (name: string, run: Test[1]) => void collected.push([name, run]),
});
await import("../../../tests/bpf/bucket_test.ts");
await import("../../../tests/bpf/calm_test.ts");
await import("../../../tests/bpf/class_test.ts");
await import("../../../tests/bpf/edt_test.ts");
await import("../../../tests/bpf/flow_test.ts");
await import("../../../tests/bpf/guard_test.ts");
await import("../../../tests/bpf/heavy_flows_test.ts");
await import("../../../tests/bpf/length_test.ts");
await import("../../../tests/bpf/load_test.ts");
await import("../../../tests/bpf/sketch_test.ts");

/**
 * Runs them all.
 *
 * @returns how many there were
 * @throws {Error} if some failed, with what each of them said
 */
export async function bpfTests(): Promise<{ readonly passed: number }> {
  if (collected.length === 0) throw new Error("No test was found");
  const failures: string[] = [];
  for (const [name, run] of collected) {
    try {
      await run();
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
    }
  }
  if (failures.length > 0) {
    throw new Error(`${failures.length} of ${collected.length} failed\n${failures.join("\n")}`);
  }
  return { passed: collected.length };
}
