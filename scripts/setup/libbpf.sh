# shellcheck shell=bash
# The sources of libbpf, libelf and zlib, from the Rust crate libbpf-sys. No Rust is compiled: cargo only
# downloads the crate.

setup_libbpf() {
  local target=$NATRA_CACHE/libbpf-$LIBBPF_CRATE_VERSION crate=$NATRA_CACHE/dl/libbpf-sys-$LIBBPF_CRATE_VERSION.crate work
  [[ -f $target/libbpf/src/libbpf.c ]] && return
  doing "fetching the sources of libbpf $LIBBPF_CRATE_VERSION"
  has_sha256 "$crate" "$LIBBPF_CRATE_SHA256" || fetch_crate "$crate"
  require_sha256 "$crate" "$LIBBPF_CRATE_SHA256"
  work=$(temp_dir)
  tar -xzf "$crate" -C "$work" --strip-components=1 --no-same-owner
  chmod 755 "$work"
  mv -T -- "$work" "$target"
}

# fetch_crate TARGET
fetch_crate() {
  local work home=${CARGO_HOME:-$HOME/.cargo} found
  work=$(temp_dir)
  mkdir "$work/src"
  : >"$work/src/lib.rs"
  cat >"$work/Cargo.toml" <<TOML
[package]
name = "sources"
version = "0.0.0"
edition = "2018"
[dependencies]
libbpf-sys = "=$LIBBPF_CRATE_VERSION"
TOML
  # `cargo fetch` would ask rustc about the machine; `cargo vendor` works without one.
  if command -v cargo >/dev/null; then
    vendor "$work" cargo
  else
    # A home of its own, because this cargo is removed again.
    home=$work/home
    debian_cargo "$work"
    CARGO_HOME=$home vendor "$work" "$work/usr/bin/cargo"
  fi
  found=$(compgen -G "$home/registry/cache/*/libbpf-sys-$LIBBPF_CRATE_VERSION+*.crate" | head -n 1) || true
  [[ -n $found ]] || die "Cannot find the crate \"libbpf-sys\" in \"$home\""
  cp -- "$found" "$1"
}

# vendor DIR CARGO
vendor() {
  (cd "$1" && "$2" --quiet vendor vendor >/dev/null) || die "Cannot fetch the crate \"libbpf-sys\": see above"
}

# debian_cargo DIR: unpacks cargo without installing it. Debian 12's own cargo is too old for today's index;
# the one that is kept current for browsers is not. Installing that one would also install all of Rust (150
# MB), so only its libraries are installed.
debian_cargo() {
  say "no cargo here: borrowing Debian's"
  apt_install libcurl4 libgit2-1.5 libsqlite3-0 libssh2-1
  apt_unpack "$1" cargo-web
}
