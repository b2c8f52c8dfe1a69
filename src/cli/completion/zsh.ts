import type { CommandOption } from "../options.ts";
import { type Described, namesOf, shellWord } from "./described.ts";

/** Escapes text for the brackets or colons of a specification for _arguments. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\\[\]:]/g, "\\$&");
}

function action(complete: CommandOption["complete"]): string {
  if (complete === undefined) return " ";
  if (complete === "pods") return "_natra_pods";
  if (complete === "files") return "_files";
  return `(${complete.map((choice) => choice.replaceAll(/[\\() ]/g, "\\$&")).join(" ")})`;
}

/** `'(-o --output)'{-o+,--output=}'[…]:FORMAT:(json table)'` */
function optionSpec(option: CommandOption): string {
  const { about, value, complete } = option;
  const names = namesOf(option);
  const takes = value === undefined ? "" : `:${plain(value)}:${action(complete)}`;
  const spelt = names.map((name) =>
    value === undefined ? name : name.startsWith("--") ? `${name}=` : `${name}+`
  );
  const rest = shellWord(`[${plain(about)}]${takes}`);
  return names.length === 1
    ? `${spelt[0]}${rest}`
    : `${shellWord(`(${names.join(" ")})`)}{${spelt.join(",")}}${rest}`;
}

function commandCase({ name, options, words }: Described): string {
  const specs = options.map(optionSpec);
  if (words !== undefined) {
    specs.push(shellWord(`${words.max === 1 ? "1" : "*"}:${plain(words.name)}:${action(words.complete)}`));
  }
  return `    ${name})\n      _arguments -s -S ${specs.join(" \\\n        ")} ;;`;
}

/** A script for zsh. */
export function zshScript(commands: readonly Described[]): string {
  return `#compdef natra
# natra's completion for zsh, as natra completion zsh prints it.
# For this shell:  source <(natra completion zsh)
# For all:         natra completion zsh >"\${fpath[1]}/_natra"

_natra_pods() {
  local -a pods
  pods=(\${(f)"$("$natra" completion pods 2>/dev/null)"})
  compadd -M 'l:|=* r:|=*' -a pods
}

_natra() {
  local natra=$words[1]
  local -a commands
  if (( CURRENT == 2 )); then
    commands=(
${commands.map(({ name, summary }) => `      ${shellWord(`${name}:${summary}`)}`).join("\n")}
    )
    _describe -t commands command commands
    return
  fi
  (( CURRENT-- ))
  shift words
  case $words[1] in
${commands.map(commandCase).join("\n")}
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _natra "$@"; else compdef _natra natra; fi`;
}
