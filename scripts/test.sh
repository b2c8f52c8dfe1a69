#!/usr/bin/env bash
# Sets up, builds, and runs all checks; the last line says how many of them passed and failed.
#
#   scripts/test.sh [GROUP...]    static, unit, or a directory of tests/ or lab/; without a name everything
#
# Logs and reports stay in build/test. Ctrl-C cleans up.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd -- "$root"

# shellcheck source=scripts/env.sh
. scripts/env.sh
if ! scripts/setup.sh --tests; then
  echo "0 passed, 1 failed"
  exit 1
fi
# shellcheck source=scripts/env.sh
. scripts/env.sh # what set-up has just installed

# One run at a time: two would take each other's namespaces for left-overs.
mkdir -p build/test
exec 9>build/test/.lock
if ! flock --nonblock 9; then
  echo "test: another run is in progress in this directory" >&2
  echo "0 passed, 1 failed"
  exit 1
fi

build=()
if deno task --quiet build >build/test/build-step.log 2>&1 9>&-; then
  echo "build: done"
else
  cat build/test/build-step.log
  build=(--build-failed)
fi
# This shell steps aside, so that a signal reaches the run itself.
exec deno run --quiet --allow-all lab/run/main.ts "${build[@]}" "$@"
