#!/usr/bin/env bash
# Makes an OCI image of build/natra without a registry or a container daemon: build/image/natra.tar, and
# beside it its bill of materials as CycloneDX JSON. Run `deno task build` before. --help lists the options.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/env.sh
. "$root/scripts/env.sh"

# The image has the age of its commit: two builds of one commit give the same image.
if [[ -z ${SOURCE_DATE_EPOCH:-} ]]; then
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null) || SOURCE_DATE_EPOCH=0
fi
export SOURCE_DATE_EPOCH
exec deno run --quiet --allow-all "$root/scripts/image/main.ts" "$@"
