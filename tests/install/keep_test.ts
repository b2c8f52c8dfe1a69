/** An install that lasts: what others do to the directories is answered, and never seen half-done. */
import { assert, assertEquals } from "@std/assert";
import { isDraftName } from "../../src/install/names.ts";
import type { InstallState } from "../../src/install/install.ts";
import { keepInstalled, type Patience } from "../../src/install/watch_loop.ts";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { recordingLogger } from "../rig/recording_logger.ts";
import { judgeLists } from "./judge.ts";
import { CniNode, listOf } from "./node.ts";

const missing = needsRootAnd();
const OURS = "00-natra-10-x.conflist";
/** A poll that never comes in time: what is answered is answered because it was heard of. */
const HEARING: Patience = { graceMs: 300, pollMs: 600_000, ciliumMs: [600_000, 600_000] };
const DEADLINE_MS = 120_000;

/** An install that is being kept, and what it said. */
class Kept implements AsyncDisposable {
  readonly #end = new AbortController();
  readonly #kept: Promise<void>;
  readonly states: InstallState[] = [];
  readonly logged = recordingLogger();
  #wake = (): void => {};

  constructor(readonly node: CniNode, executable: string, patience: Patience = HEARING, version = "test") {
    this.#kept = keepInstalled(node.target(executable, { version }), {
      signal: this.#end.signal,
      logger: this.logged.logger,
      patience,
      onState: (state) => {
        this.states.push(state);
        this.#wake();
      },
    });
  }

  static async on(node: CniNode, patience?: Patience): Promise<Kept> {
    return new Kept(node, await node.smallExecutable(), patience);
  }

  get last(): InstallState | undefined {
    return this.states.at(-1);
  }

  /** Waits until what is there and what was said is as wanted. */
  async until(what: string, is: (files: Map<string, string>, last: InstallState) => boolean): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const files = await this.node.lists();
      if (this.last !== undefined && is(files, this.last)) return;
      if (performance.now() > deadline) {
        throw new Error(`${what}: not so with ${[...files.keys()]}, ${JSON.stringify(this.last)}`);
      }
      const timer = setTimeout(resolve, 100);
      await promise;
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#kept;
  }
}

const marked = (files: Map<string, string>, mark: string): boolean =>
  files.get(OURS)?.includes(JSON.stringify(mark)) ?? false;

testIf(
  missing,
  "a list that appears, changes, is replaced and goes is followed, by hearing of it",
  async () => {
    await using node = await CniNode.create();
    await using kept = await Kept.on(node);
    await kept.until("there is no list", (_, { problem }) => problem?.includes("no list") ?? false);
    await node.putList("10-x.conflist", listOf("first"));
    await kept.until("it appears", (files, { isReady }) => isReady && marked(files, "first"));
    await node.putList("10-x.conflist", listOf("second"));
    await kept.until("it is replaced", (files, { isReady }) => isReady && marked(files, "second"));
    await Deno.writeTextFile(`${node.confDir}/10-x.conflist`, listOf("third"));
    await kept.until("it is written in place", (files, { isReady }) => isReady && marked(files, "third"));
    await Deno.chmod(`${node.confDir}/10-x.conflist`, 0o600);
    await kept.until(
      "its mode changes",
      () => ((Deno.statSync(`${node.confDir}/${OURS}`).mode ?? 0) & 0o777) === 0o600,
    );
    await Deno.remove(`${node.confDir}/10-x.conflist`);
    await kept.until("it goes", (files, { isReady }) => !isReady && files.size === 0);
  },
);

testIf(missing, "a list that is half-written or away for a moment changes nothing of ours", async () => {
  await using node = await CniNode.create();
  await node.putList("10-x.conflist", listOf("first"));
  await node.putList("99-other.conflist", listOf("other"));
  await using kept = await Kept.on(node, { ...HEARING, graceMs: 60_000 });
  await kept.until("it is there", (files) => marked(files, "first"));
  const path = `${node.confDir}/10-x.conflist`;
  for (let round = 0; round < 20; round++) {
    const text = listOf(`round ${round}`);
    if (round % 2 === 0) await Deno.remove(path);
    for (const half of ["", text.slice(0, 20), text.slice(0, 60)]) {
      await Deno.writeTextFile(path, half);
      await new Promise((resolve) => setTimeout(resolve, 15));
      const names = [...(await node.lists()).keys()].filter((name) => !isDraftName(name));
      assertEquals(names, [OURS, "10-x.conflist", "99-other.conflist"]);
    }
    await Deno.writeTextFile(path, text);
    await kept.until(`round ${round}`, (files, { isReady }) => isReady && marked(files, `round ${round}`));
  }
});

testIf(
  missing,
  "at no moment is a list of ours incomplete, while the original changes as fast as it can",
  async () => {
    await using node = await CniNode.create();
    await node.putList("10-x.conflist", listOf("0"));
    await using kept = await Kept.on(node);
    await kept.until("it is there", (files) => files.has(OURS));
    let isOver = false;
    const problems = new Set<string>();
    let seen = 0;
    const versions = new Set<string>();
    const watching = (async (): Promise<void> => {
      while (!isOver) {
        const text = await Deno.readTextFile(`${node.confDir}/${OURS}`).catch((error: Error) =>
          error.message
        );
        for (const problem of judgeLists(new Map([[OURS, text]]))) problems.add(problem);
        versions.add(text);
        seen++;
      }
    })();
    for (let round = 1; round <= 200; round++) {
      const more = Array.from(
        { length: round % 7 },
        (_, index) => ({ type: `more-${index}`, pad: "x".repeat(1000) }),
      );
      await node.putList("10-x.conflist", listOf(`${round}`, more));
      if (round % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await kept.until("the last one", (files, { isReady }) => isReady && marked(files, "200"));
    isOver = true;
    await watching;
    assertEquals([...problems], []);
    assert(seen > 100 && versions.size > 3, `${seen} looks at ${versions.size} versions say nothing`);
  },
);

testIf(
  missing,
  "a list that comes first now is taken at once, and the older one of ours goes after it",
  async () => {
    await using node = await CniNode.create();
    await node.putList("10-x.conflist", listOf("first"));
    await using kept = await Kept.on(node, { ...HEARING, graceMs: 600_000 });
    await kept.until("it is there", (files) => files.has(OURS));
    await node.putList("05-y.conflist", listOf("y"));
    const wanted = ["00-natra-05-y.conflist", "05-y.conflist", "10-x.conflist"];
    await kept.until(
      "the new one",
      (files, { isReady }) => isReady && `${[...files.keys()]}` === `${wanted}`,
    );
  },
);

testIf(missing, "an executable or a list of ours that is removed or spoiled is put back", async () => {
  await using node = await CniNode.create();
  await node.putList("10-x.conflist", listOf("first"));
  await using kept = await Kept.on(node);
  await kept.until("it is there", (files) => files.has(OURS));
  const executable = `${node.binDir}/natra`;
  const whole = await Deno.readTextFile(executable);
  const isWhole = (): boolean => {
    try {
      return Deno.readTextFileSync(executable) === whole;
    } catch {
      return false;
    }
  };
  await Deno.remove(executable);
  await kept.until("the executable is removed", isWhole);
  await Deno.writeTextFile(executable, "#!/bin/false\n");
  await kept.until("the executable is spoiled", isWhole);
  await Deno.remove(`${node.confDir}/${OURS}`);
  await kept.until("the list is removed", (files) => marked(files, "first"));
  await Deno.writeTextFile(`${node.confDir}/${OURS}`, "{");
  await kept.until("the list is spoiled", (files) => marked(files, "first"));
});

testIf(missing, "a directory that is removed and made again is watched again", async () => {
  await using node = await CniNode.create();
  await node.putList("10-x.conflist", listOf("first"));
  await using kept = await Kept.on(node, { ...HEARING, pollMs: 200 });
  await kept.until("it is there", (files) => files.has(OURS));
  await Deno.rename(node.confDir, `${node.root}/old`);
  await kept.until("it is gone", (_, { problem }) => problem?.includes("does not exist") ?? false);
  await Deno.mkdir(node.confDir, { mode: 0o755 });
  await node.putList("10-x.conflist", listOf("again"));
  await kept.until("it is back", (files, { isReady }) => isReady && marked(files, "again"));
});

testIf(
  missing,
  "with Cilium there is no fight: ours is written again after a while, longer each time",
  async () => {
    await using node = await CniNode.create();
    await node.putList("10-x.conflist", listOf("first"));
    await using kept = await Kept.on(node, { graceMs: 300, pollMs: 20, ciliumMs: [100, 100_000] });
    const rename = async (): Promise<void> => {
      const said = kept.states.length;
      await Deno.rename(`${node.confDir}/${OURS}`, `${node.confDir}/${OURS}.cilium_bak`);
      // It may be written again before anybody here has looked.
      await kept.until("it is found", () => kept.states.slice(said).some(({ isRenamed }) => isRenamed));
    };
    await kept.until("it is there", (files) => files.has(OURS));
    for (let round = 0; round < 3; round++) { // after 100, 200, 400 ms
      await rename();
      await kept.until(`insisting, round ${round}`, (files, { isReady }) => isReady && files.has(OURS));
    }
    const explained = kept.logged.lines.filter(({ fields }) =>
      `${fields?.problem}`.includes("cni.exclusive=false")
    );
    assertEquals(explained.length, 3);
  },
);

testIf(
  missing,
  "several at once agree, also of two versions: the last one that looks wins, whole",
  async () => {
    await using node = await CniNode.create();
    await node.putList("10-x.conflist", listOf("first"));
    const executable = await node.smallExecutable();
    {
      await using one = new Kept(node, executable);
      await using two = new Kept(node, executable);
      await using three = new Kept(node, executable);
      for (let round = 0; round < 10; round++) {
        await node.putList("10-x.conflist", listOf(`${round}`));
        for (const kept of [one, two, three]) {
          await kept.until(`round ${round}`, (files, { isReady }) => isReady && marked(files, `${round}`));
        }
      }
    }
    const upgraded = await node.smallExecutable("new");
    await using _later = new Kept(node, upgraded, HEARING, "new");
    await _later.until("the upgrade", () => Deno.readTextFileSync(`${node.binDir}/natra`).includes("new"));
    assertEquals([...(await node.lists()).keys()], [OURS, "10-x.conflist"]);
    assertEquals([...Deno.readDirSync(node.binDir)].map(({ name }) => name), ["natra"]);
  },
);

testIf(
  missing,
  "two installers of different versions do not fight: each copies a few times, and says who else does",
  async () => {
    await using node = await CniNode.create();
    await node.putList("10-x.conflist", listOf("first"));
    const patience = { ...HEARING, pollMs: 50 };
    await using one = new Kept(node, await node.smallExecutable("one"), patience, "one");
    await using two = new Kept(node, await node.smallExecutable("two"), patience, "two");
    const copies = (kept: Kept): number =>
      kept.states.flatMap(({ changes }) => changes).filter((change) => change.startsWith("copied")).length;
    const givesUp = (kept: Kept): boolean =>
      kept.last?.problem?.includes("are there two installers?") ?? false;
    await one.until("one gives up", () => givesUp(one) || givesUp(two));
    const before = [copies(one), copies(two)];
    for (let round = 0; round < 10; round++) await node.putList("10-x.conflist", listOf(`${round}`));
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert(
      Math.max(copies(one), copies(two)) <= 3,
      `${before}, then ${copies(one)} and ${copies(two)} copies`,
    );
    // What is missing is put back all the same, by the one that comes first.
    await Deno.remove(`${node.binDir}/natra`);
    await one.until("the executable is back", () => {
      try {
        return Deno.statSync(`${node.binDir}/natra`).isFile;
      } catch {
        return false;
      }
    });
  },
);
