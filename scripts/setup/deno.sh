# shellcheck shell=bash
# Deno, the runtime of compiled programs, and the npm packages. From the official place, else from a wheel.

deno_releases=https://github.com/denoland/deno/releases/download
deno_platform=x86_64-unknown-linux-gnu

setup_deno() {
  local target=$NATRA_CACHE/deno-$DENO_VERSION/deno link=/usr/local/bin/deno
  if ! has_sha256 "$target" "$DENO_SHA256"; then
    doing "fetching deno $DENO_VERSION"
    from_zip "$deno_releases/v$DENO_VERSION/deno-$deno_platform.zip" deno "$DENO_SHA256" "$target" ||
      deno_from_wheel "$target"
  fi
  PATH="$(dirname "$target"):$PATH"
  # So that `deno task build` also works in the shell that called set-up.
  if [[ ! -e $link ]]; then
    doing "linking $link to $target"
    as_root ln -sfn "$target" "$link"
  fi
}

deno_from_wheel() {
  local work file
  file=$(wheel deno "$DENO_VERSION" "$DENO_WHEEL_SHA256")
  work=$(temp_dir)
  unzip -q -j "$file" "deno-$DENO_VERSION.data/scripts/deno" -d "$work"
  require_sha256 "$work/deno" "$DENO_SHA256"
  install_file "$work/deno" "$1"
  say "deno came from its wheel"
}

setup_denort() {
  local target=$NATRA_CACHE/denort-$DENO_VERSION/denort
  has_sha256 "$target" "$DENORT_SHA256" && return
  doing "fetching denort $DENO_VERSION"
  from_zip "https://dl.deno.land/release/v$DENO_VERSION/denort-$deno_platform.zip" denort "$DENORT_SHA256" "$target" ||
    denort_from_wheel "$target"
}

# `deno compile` appends the program to the runtime, so the runtime is the head of any compiled program.
denort_from_wheel() {
  local work file
  file=$(wheel bids-validator-deno "$DENORT_WHEEL_VERSION" "$DENORT_WHEEL_SHA256")
  work=$(temp_dir)
  unzip -q -j "$file" '*/bids-validator-deno' -d "$work"
  head -c "$DENORT_BYTES" "$work/bids-validator-deno" >"$work/denort"
  require_sha256 "$work/denort" "$DENORT_SHA256"
  install_file "$work/denort" "$1"
  say "denort came out of the wheel of a program compiled with it"
}

# setup_npm ROOT: the npm packages, and the bundler that `deno bundle` fetches when it is first used.
setup_npm() {
  local work empty
  (cd "$1" && deno install --quiet --frozen) || die "Cannot fetch the npm packages: see above"
  work=$(temp_dir)
  empty=$work/empty.js
  : >"$empty"
  deno bundle --quiet --no-config --no-lock --output "$work/out.js" "$empty" || die "Cannot fetch the bundler: see above"
}
