import { assertEquals, assertLess, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { cacheDirectory } from "./cache.ts";
import { VmError } from "./error.ts";
import { cannotBoot } from "./testing.ts";
import { runInVm } from "./vm.ts";

const ignore = await cannotBoot("6.12");

/** Directories of runs that this process has left behind. */
function roomsLeft(): string[] {
  const names = Array.from(Deno.readDirSync(`${cacheDirectory()}/runs`), (entry) => entry.name);
  return names.filter((name) => name.startsWith(`${Deno.pid}-`));
}

/** What a node has, checked in the guest. */
const NODE = `
    for qdisc in fq fq_codel netem "htb default 1"; do tc qdisc replace dev lo root $qdisc; done
    ip netns add pod
    ip link add host0 type veth peer name eth0 netns pod
    ip link add ifb-test type ifb
    test "$(ls /sys/class/net)" = "host0
ifb-test
lo"
    tc qdisc add dev host0 clsact
    sysctl -q net.ipv4.tcp_congestion_control=bbr
    test "$(stat -f -c %T /sys/fs/bpf)" = bpf_fs
    test -s /sys/kernel/btf/vmlinux
    bpftool map create /sys/fs/bpf/test type array key 4 value 8 entries 1 name test
    ping -c 1 -W 5 127.0.0.1 >/dev/null
    warm iperf3 tc /w/.vm/command
    for program in ethtool iperf3 lsmod awk; do type -P "$program" >/dev/null; done
    echo all there`;

Deno.test("runInVm() runs a command in a guest", { ignore }, async (t) => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/question`, "6 * 7\n");
    const result = await runInVm({
      kernel: "6.12",
      files: [`${directory}/question`],
      command: `uname -r; echo $(( $(cat question) )) >out/answer; echo oops >&2
        bash -euo pipefail -c '${NODE}' || true
        sleep 1000 & cd /w; exec 3>/w/open; exit 7`,
      outDir: `${directory}/results`,
    });
    await t.step(
      "with the kernel asked for, and returns exit code, output and the files in /w/out",
      async () => {
        assertEquals(result.code, 7);
        assertStringIncludes(result.output, "6.12.");
        assertStringIncludes(result.output, "oops\n");
        assertEquals(result.outDir, `${directory}/results`);
        assertEquals(await Deno.readTextFile(`${directory}/results/answer`), "42\n");
      },
    );
    await t.step("that has what a node has", () => assertStringIncludes(result.output, "oops\nall there\n"));
    await t.step(
      "and does not wait for what the command left running",
      () => assertLess(result.guestSeconds, 500),
    );
    await t.step("of which nothing is left", () => assertEquals(roomsLeft(), []));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("runInVm() under icount", { ignore }, async (t) => {
  const command =
    "date +%s.%N; head -c 8 /dev/urandom | od -An -tx1; sleep 2000; date +%s.%N; cat /proc/interrupts";
  const [one, other, seeded] = await Promise.all([
    runInVm({ kernel: "6.12", command, icount: 1 }),
    runInVm({ kernel: "6.12", command, icount: 1, seed: 1 }),
    runInVm({ kernel: "6.12", command, icount: 1, seed: 2 }),
  ]);
  await t.step("skips idle time", () => {
    const { guestSeconds, seconds } = one;
    assertEquals(guestSeconds >= 2000 && guestSeconds < 2002, true, `the guest counted ${guestSeconds} s`);
    assertLess(seconds, 1000); // however busy the host is
  });
  await t.step("gives the same run again, to the nanosecond", () => assertEquals(one.output, other.output));
  await t.step("gives another run by another seed", () => assertNotEquals(one.output, seeded.output));
});

Deno.test("runInVm() throws on a timeout, and ends the machine", { ignore }, async () => {
  const request = { kernel: "6.12", command: "sleep 1000", timeout: 3 };
  const error = await assertRejects(() => runInVm(request), VmError, "Timed out after 3 s");
  assertEquals(error.kind, "timeout");
  assertEquals(roomsLeft(), []);
});

Deno.test("runInVm() throws on a kernel that panics, with its last words", { ignore }, async () => {
  const request = { kernel: "6.12", command: "echo c >/proc/sysrq-trigger; sleep 1000", timeout: 600 };
  const error = await assertRejects(() => runInVm(request), VmError, "sysrq triggered crash");
  assertEquals(error.kind, "crash");
});

Deno.test("runInVm() refuses an unknown kernel before it fetches anything", async () => {
  const error = await assertRejects(() => runInVm({ kernel: "2.4", command: "true" }), VmError, '"2.4"');
  assertEquals(error.kind, "usage");
});
