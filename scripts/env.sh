# shellcheck shell=bash
# The environment of every script here; source it. Safe to source twice.

export NATRA_CACHE="${NATRA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/natra}"
export DENO_TLS_CA_STORE=system
export DENO_NO_UPDATE_CHECK=1

# shellcheck source-path=SCRIPTDIR source=../third_party/versions.env
source "$(dirname "${BASH_SOURCE[0]}")/../third_party/versions.env"

# Set-up puts a Go here only if the system has none that is new enough.
for dir in "$NATRA_CACHE/go-$GO_VERSION/bin" "$NATRA_CACHE/deno-$DENO_VERSION"; do
  if [[ -d $dir && ":$PATH:" != *":$dir:"* ]]; then
    PATH="$dir:$PATH"
  fi
done
export PATH
unset dir
