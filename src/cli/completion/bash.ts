import { type Described, namesOf, shellWord } from "./described.ts";

type Complete = "pods" | "files" | readonly string[] | undefined;

/** Shell code that puts the proposals for the word `$cur` into COMPREPLY. */
function proposals(complete: Complete): string {
  if (complete === undefined) return ":";
  if (complete === "pods") return `_natra_pods "$natra" "$cur"`;
  if (complete === "files") return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur")`;
  return `_natra_words ${complete.map(shellWord).join(" ")}`;
}

/** For each option that takes a value, a case such as `'top --sort')` with its proposals. */
function valueCases({ name, options }: Described): string[] {
  return options.filter(({ value }) => value !== undefined).map((option) => {
    const patterns = namesOf(option).map((spelt) => shellWord(`${name} ${spelt}`));
    return `    ${patterns.join(" | ")}) ${proposals(option.complete)}; return ;;`;
  });
}

function wordCase({ name, options, words }: Described): string {
  const names = options.flatMap(namesOf).map(shellWord).join(" ");
  return `    ${shellWord(name)})
      if [[ $cur == -* ]]; then _natra_words ${names}
      else ${proposals(words?.complete)}; fi ;;`;
}

/** A script for bash. The shell never expands its proposals, because names of pods are untrusted. */
export function bashScript(commands: readonly Described[]): string {
  return `# natra's completion for bash, as natra completion bash prints it.
# For this shell:  source <(natra completion bash)
# For all:         natra completion bash >/etc/bash_completion.d/natra

_natra_words() {
  local word
  for word in "$@"; do
    if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
  done
}

_natra_pods() {
  local pod
  while IFS= read -r pod; do
    if [[ $pod == "$2"* ]]; then COMPREPLY+=("$pod"); fi
  done < <("$1" completion pods 2>/dev/null)
}

_natra() {
  local natra=$1 cur=$2 prev=$3 command=\${COMP_WORDS[1]}
  COMPREPLY=()
  # --sort=rate is three words to bash
  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if ((COMP_CWORD == 1)); then
    _natra_words ${commands.map(({ name }) => name).join(" ")} --help
    return
  fi
  case "$command $prev" in
${commands.flatMap(valueCases).join("\n")}
  esac
  case "$command" in
${commands.map(wordCase).join("\n")}
  esac
}

complete -F _natra natra`;
}
