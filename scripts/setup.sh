#!/usr/bin/env bash
# Prepares a bare Debian 12 for `deno task build` and the tests. It can be run repeatedly.
#
#   scripts/setup.sh [--tests]    --tests: also what only whole runs of the tests need, such as a browser
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=env.sh
source "$root/scripts/env.sh"
for part in common packages deno zig libbpf go; do
  # shellcheck source=/dev/null
  source "$root/scripts/setup/$part.sh"
done

[[ $# -eq 0 || $* == --tests ]] || die "Unknown arguments: $*"
[[ $# -eq 0 ]] || packages+=("${test_packages[@]}")
[[ $(uname -sm) == "Linux x86_64" ]] || die "Cannot set up on $(uname -sm): only Linux x86_64 is pinned"
mkdir -p "$NATRA_CACHE/dl"
make_scratch

setup_packages
setup_bpffs
setup_deno
setup_denort
setup_zig
setup_libbpf
setup_go
setup_npm "$root"

summary
