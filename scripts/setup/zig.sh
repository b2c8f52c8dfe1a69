# shellcheck shell=bash
# zig, of which only the C compiler is used: it contains headers and stubs for every glibc.

setup_zig() {
  local target=$NATRA_CACHE/zig-$ZIG_VERSION work file
  [[ -x $target/ziglang/zig ]] && return
  doing "fetching zig $ZIG_VERSION (100 MB)"
  file=$(wheel ziglang "$ZIG_VERSION" "$ZIG_WHEEL_SHA256")
  work=$(temp_dir)
  unzip -q "$file" -d "$work"
  chmod 755 "$work" "$work/ziglang/zig"
  mv -T -- "$work" "$target"
}
