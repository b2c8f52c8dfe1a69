/** ADD and DEL on a node that is full, read-only, short of something, or forbids it. */
import { assertEquals, assertMatch } from "@std/assert";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { assertAnswered, assertDeleted, assertGone } from "../rig/faults/judge.ts";
import { Stage } from "../rig/faults/stage.ts";

const missing = needsRootAnd("natra");

/** Runs shell commands first, in a mount namespace that ends with the program. */
function after(commands: string): string[] {
  return ["unshare", "--mount", "sh", "-euc", `${commands}\nexec "$@"`, "sh"];
}

/** What the node lacks, and what the log says of it. */
const REFUSALS: readonly (readonly [name: string, around: readonly string[], said: RegExp])[] = [
  [
    "with no space left for records",
    after("mount -t tmpfs -o size=4k tmpfs /run/natra; head -c 4096 /dev/zero >/run/natra/filler"),
    /No space left on device.*\/run\/natra\//,
  ],
  [
    "with a read-only /run",
    after("mount -o remount,bind,ro /run/natra"),
    /Read-only file system.*\/run\/natra\//,
  ],
  [
    "without bpffs, and nowhere to mount one",
    after("mount -t tmpfs -o ro tmpfs /sys/fs"),
    /Cannot check \\"\/sys\/fs\/bpf\\": ENOENT/,
  ],
  [
    "without the right to administrate",
    ["setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon"],
    /Cannot enter network namespace .*: EPERM/,
  ],
];

for (const [name, around, said] of REFUSALS) {
  testIf(missing, `ADD ${name} starts the pod, touches nothing, and says why`, async () => {
    await using stage = await Stage.create();
    const before = await stage.look();
    const add = await stage.call("ADD", {}, null, around);
    assertAnswered(stage, add);
    assertMatch(add.stderr, /"msg":"pod is not limited"/);
    assertMatch(add.stderr, said);
    assertDeleted(await stage.call("DEL", {}, null, around));
    await assertGone({ stage, before });
  });

  testIf(missing, `DEL ${name} succeeds, and can be repeated on a better day`, async () => {
    await using stage = await Stage.create();
    const before = await stage.look();
    assertAnswered(stage, await stage.call("ADD"));
    assertDeleted(await stage.call("DEL", {}, null, around));
    assertDeleted(await stage.call("DEL"));
    await assertGone({ stage, before });
  });
}

/** What natra does without. */
const HARMLESS: readonly (readonly [name: string, around: readonly string[]])[] = [
  ["where the kernel shows no BTF", after("mount -t tmpfs tmpfs /sys/kernel/btf")],
  ["with no memory that it may lock", ["prlimit", "--memlock=0:0"]],
];

for (const [name, around] of HARMLESS) {
  testIf(missing, `ADD ${name} limits the pod`, async () => {
    await using stage = await Stage.create();
    const before = await stage.look();
    const add = await stage.call("ADD", {}, null, around);
    assertAnswered(stage, add);
    const check = await stage.call("CHECK");
    assertEquals([check.code, check.stdout], [0, ""], add.stderr);
    assertDeleted(await stage.call("DEL", {}, null, around));
    await assertGone({ stage, before });
  });
}

testIf(missing, "ADD mounts bpffs where nobody has, and says so", async () => {
  await using stage = await Stage.create();
  await stage.room.sh("umount /sys/fs/bpf");
  const add = await stage.call("ADD");
  assertAnswered(stage, add);
  assertMatch(add.stderr, /"what":"bpffs","choice":"mounted","why":"it was not mounted"/);
  const check = await stage.call("CHECK");
  assertEquals([check.code, check.stdout], [0, ""], add.stderr);
  assertDeleted(await stage.call("DEL"));
});
