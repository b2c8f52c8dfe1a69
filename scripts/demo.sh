#!/usr/bin/env bash
# Sets up, builds, and shows a product at work. Figures go to stdout, everything else to stderr.
#
#   scripts/demo.sh [natra|pona|patronus] [OPTION...]    --help lists the options
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
demo=(deno run --quiet --allow-all --config "$root/deno.json" "$root/lab/bench/mix/demo.ts" "$@")

# shellcheck source=/dev/null
use_environment() { if [[ -e $root/scripts/env.sh ]]; then . "$root/scripts/env.sh"; fi; }

use_environment
"$root/scripts/setup.sh" >&2
use_environment # what set-up has just brought

# A bad option or a call for help should not have to wait for the build.
"${demo[@]}" --plan >/dev/null
case " $* " in
*" --help "* | *" -h "* | *" --plan "*)
  "${demo[@]}"
  exit
  ;;
esac

(cd "$root" && deno task --quiet build) >&2
# This shell steps aside, so that a signal reaches the demo itself.
exec "${demo[@]}"
