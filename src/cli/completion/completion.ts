import { quote } from "../../base/log/quote.ts";
import type { Command, Tool } from "../subcommand.ts";
import type { Options } from "../options.ts";
import { print, UsageError } from "../output.ts";
import { bashScript } from "./bash.ts";
import { describeCommands } from "./described.ts";
import { zshScript } from "./zsh.ts";

const WHAT = ["bash", "zsh", "pods"] as const;

/** `natra completion` */
export const command: Command = {
  usage: "bash|zsh|pods",
  about:
    `Prints a script that completes natra's commands, their options and values, and the names of the pods that
are limited on this node. With "pods" it prints those names, which is how the script gets them.`,
  options: [],
  words: { name: "SHELL", max: 1, complete: WHAT },
  notes: `For this shell:      source <(natra completion bash)
For all of bash:     natra completion bash >/etc/bash_completion.d/natra
For all of zsh:      natra completion zsh >/usr/local/share/zsh/site-functions/_natra`,
  run: completion,
};

/**
 * Names without characters that are special to a shell. Kubernetes allows no others, but a record that was
 * made by hand may have them.
 */
const SAFE = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;

async function completion(options: Options, tool: Tool): Promise<number> {
  const [what] = options.words;
  switch (what) {
    case "bash":
      print(bashScript(await describeCommands(tool)));
      return 0;
    case "zsh":
      print(zshScript(await describeCommands(tool)));
      return 0;
    case "pods":
      for (const name of new Set(await tool.podNames())) if (SAFE.test(name)) print(name);
      return 0;
    default:
      throw new UsageError(`natra completion needs bash, zsh or pods, not ${quote(what ?? "")}`);
  }
}
