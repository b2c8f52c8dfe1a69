/**
 * The completion scripts, sourced by real shells on a real terminal: what a key makes of a line is what
 * counts.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { NATRA, Scene } from "../rig/scene.ts";
import { outcomeOf, run } from "../rig/run.ts";
import { testIf } from "../rig/needs.ts";
import { Typist } from "./typist.ts";

const SHELLS = {
  bash: ["bash", "--norc", "--noprofile", "-i"],
  zsh: ["zsh", "-f", "-i"],
} as const;
type Shell = keyof typeof SHELLS;

const PREPARE: Readonly<Record<Shell, string>> = {
  bash: "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'",
  zsh: "autoload -Uz compinit; compinit -u -D; unset zle_bracketed_paste; setopt no_beep",
};

async function missing(shell: Shell): Promise<string | null> {
  const { code } = await outcomeOf(["sh", "-c", `command -v ${shell}`]);
  return code === 0 ? null : `${shell} is not installed`;
}

/**
 * What a shell would run after a line was typed up to a key, and completed.
 *
 * @param natra the directory of the executable
 * @param typed the line; a tab completes
 */
async function completed(shell: Shell, natra: string, typed: string): Promise<string> {
  const env = { PATH: `${natra}:/usr/bin:/bin`, TERM: "dumb", HOME: "/nonexistent", LC_ALL: "C.UTF-8" };
  await using typist = new Typist(SHELLS[shell], env);
  // The function stands before the executable of the same name; the script asks that one, by its path.
  await typist.type(`PS1='READY''> '; ${PREPARE[shell]}; source <(natra completion ${shell})\n`);
  await typist.type(
    'natra() { if [ "$1" = completion ]; then command natra "$@"; else printf \'G\'\'OT:%s:\\n\' "$*"; fi; }\n',
  );
  await typist.type("printf 'SET%s\\n' UP\n");
  await typist.until(/SETUP[\s\S]*READY> /);
  const from = typist.shown.length;
  await typist.type(typed);
  await typist.type("\n");
  return /GOT:(.*):/.exec(await typist.until(/GOT:.*:/, from))?.[1]?.trim() ?? "";
}

const LINES: readonly (readonly [typed: string, run: string])[] = [
  ["natra stat\t", "status"],
  ["natra rec\t--dr\t", "reconcile --dry-run"],
  ["natra debug ch\t", "debug check"],
  ["natra top --sort by\t", "top --sort bytes"],
  ["natra status --output j\t", "status --output json"],
];

for (const shell of ["bash", "zsh"] as const) {
  const unable = await missing(shell);

  testIf(unable, `${shell} completes commands, options and their values`, async () => {
    const directory = NATRA.slice(0, NATRA.lastIndexOf("/"));
    for (const [typed, wanted] of LINES) {
      assertEquals(await completed(shell, directory, typed), wanted, typed);
    }
  });

  testIf(
    unable,
    `${shell} completes the names of the pods that are limited now, and runs nothing of them`,
    async () => {
      await using scene = await Scene.create();
      await scene.call("ADD", { env: { CNI_ARGS: "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1" } });
      const spoiled = "/run/natra/natra-e2e-evil-eth0.json";
      const [record = ""] = (await run(["sh", "-c", `cat /run/natra/${scene.pod.containerId}-*.json`])).split(
        "\n",
      );
      const evil = {
        ...JSON.parse(record),
        containerId: "evil",
        pod: { namespace: "shop", name: "$(touch /tmp/natra-evil)" },
      };
      await Deno.writeTextFile(spoiled, JSON.stringify(evil));
      try {
        const directory = NATRA.slice(0, NATRA.lastIndexOf("/"));
        assertEquals(await completed(shell, directory, "natra show sho\t"), "show shop/web-1");
        const { stdout } = await scene.tool("completion", "pods");
        assertStringIncludes(stdout, "shop/web-1\n");
        assertEquals(stdout.includes("evil"), false);
        assertEquals((await outcomeOf(["test", "-e", "/tmp/natra-evil"])).code, 1);
      } finally {
        await Deno.remove(spoiled);
      }
    },
  );
}

testIf(await missing("bash"), "the script for bash is clean in shellcheck's eyes", async () => {
  const { stdout } = await outcomeOf([NATRA, "completion", "bash"]);
  const { code, stdout: found } = await outcomeOf(["shellcheck", "--shell", "bash", "-"], { stdin: stdout });
  assertEquals([code, found], [0, ""]);
});

testIf(await missing("zsh"), "the script for zsh is one in zsh's eyes", async () => {
  const { stdout } = await outcomeOf([NATRA, "completion", "zsh"]);
  assertEquals((await outcomeOf(["zsh", "-n"], { stdin: stdout })).code, 0);
});
