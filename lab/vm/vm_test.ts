import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
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

Deno.test("runInVm() boots the kernel asked for, and returns exit code, output and the files in /w/out", {
  ignore,
}, async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/question`, "6 * 7\n");
    const result = await runInVm({
      kernel: "6.12",
      files: [`${directory}/question`],
      command: "uname -r; echo $(( $(cat question) )) >out/answer; echo oops >&2; exit 7",
      outDir: `${directory}/results`,
    });
    assertEquals(result.code, 7);
    assertStringIncludes(result.output, "6.12.");
    assertStringIncludes(result.output, "oops\n");
    assertEquals(result.outDir, `${directory}/results`);
    assertEquals(await Deno.readTextFile(`${directory}/results/answer`), "42\n");
    assertEquals(roomsLeft(), []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("runInVm() gives the guest what a node has", { ignore }, async () => {
  const script = `
    set -euo pipefail
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
  const { code, output } = await runInVm({ kernel: "6.12", command: script });
  assertEquals({ code, output }, { code: 0, output: "all there\n" });
});

Deno.test("runInVm() does not wait for what the command left running", { ignore }, async () => {
  const { code } = await runInVm({
    kernel: "6.12",
    command: "sleep 1000 & cd /w; exec 3>/w/open; exit 0",
    timeout: 120,
  });
  assertEquals(code, 0);
});

Deno.test("runInVm() under icount skips idle time", { ignore }, async () => {
  const { seconds, guestSeconds } = await runInVm({
    kernel: "6.12",
    command: "sleep 300",
    icount: 1,
    timeout: 200,
  });
  assertEquals(guestSeconds >= 300 && guestSeconds < 302, true, `the guest counted ${guestSeconds} s`);
  assertEquals(seconds < 150, true, `it took ${seconds} s`);
});

Deno.test(
  "runInVm() throws on a timeout, with the output until then, and ends the machine",
  { ignore },
  async () => {
    const request = { kernel: "6.12", command: "echo begun; sleep 1000", timeout: 20 };
    const error = await assertRejects(() => runInVm(request), VmError, "Timed out after 20 s");
    assertEquals(error.kind, "timeout");
    assertEquals(error.output, "begun\n");
    assertEquals(roomsLeft(), []);
  },
);

Deno.test("runInVm() throws on a kernel that panics, with its last words", { ignore }, async () => {
  const request = { kernel: "6.12", command: "echo c >/proc/sysrq-trigger; sleep 1000", timeout: 120 };
  const error = await assertRejects(() => runInVm(request), VmError, "sysrq triggered crash");
  assertEquals(error.kind, "crash");
});

Deno.test("runInVm() boots once more where the emulator failed", { ignore }, async () => {
  const command =
    "echo begun; sync; echo '<0>Oops: int3: 0000 [#1]' >/dev/kmsg; echo c >/proc/sysrq-trigger; sleep 1000";
  const said: string[] = [];
  let output = "";
  const error = await assertRejects(
    () =>
      runInVm({
        kernel: "6.12",
        command,
        timeout: 120,
        log: (line) => said.push(line),
        onOutput: (chunk) => output += new TextDecoder().decode(chunk),
      }),
    VmError,
    "sysrq triggered crash",
  );
  assertEquals({ kind: error.kind, output }, { kind: "emulator", output: "begun\nbegun\n" });
  assertEquals(said.filter((line) => line.startsWith("Booting again: ")).length, 1);
  assertEquals(roomsLeft(), []);
});

Deno.test("runInVm() refuses an unknown kernel before it fetches anything", async () => {
  const error = await assertRejects(() => runInVm({ kernel: "2.4", command: "true" }), VmError, '"2.4"');
  assertEquals(error.kind, "usage");
});
