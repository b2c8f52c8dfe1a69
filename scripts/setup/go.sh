# shellcheck shell=bash
# Go, only for the tests' peers: without it those tests are skipped, and report that.

setup_go() {
  local target=$NATRA_CACHE/go-$GO_VERSION
  [[ -x $target/bin/go ]] && return
  go_is_new_enough && return
  doing "fetching go $GO_VERSION (the system's is ${go_found:-missing})"
  # In a subshell, so that a failure ends there and not the whole set-up.
  if ! (fetch_go "$target"); then
    say "could not fetch go: the tests that need it will be skipped"
  fi
}

# Leaves what it found in $go_found.
go_is_new_enough() {
  go_found=$(go env GOVERSION 2>/dev/null) || return 1
  printf '%s\n%s\n' "$GO_MINIMUM" "${go_found#go}" | sort -V -C
}

# A Go release is also a Go module, so any older Go can fetch it and check it against the checksum database.
fetch_go() {
  local work go sum
  work=$(temp_dir)
  go=$(command -v go) || go=$(debian_go "$work")
  # The caller's GOROOT belongs to a different Go.
  unset GOROOT
  sum=$(cd "$work" && GOPATH=$work/path GOFLAGS=-modcacherw GOTOOLCHAIN=local \
    "$go" mod download -json "golang.org/toolchain@v0.0.1-go$GO_VERSION.linux-amd64" | sed -n 's/.*"Sum": "\(.*\)".*/\1/p')
  [[ $sum == "$GO_SUM" ]] || die "Cannot trust go $GO_VERSION: its module hash is \"$sum\", not \"$GO_SUM\""
  # A module's files come without their execute bits.
  chmod 755 "$work"/path/pkg/mod/golang.org/toolchain@*/{bin/*,pkg/tool/*/*}
  mv -T -- "$work"/path/pkg/mod/golang.org/toolchain@* "$1"
}

# debian_go DIR: unpacks Debian's Go without installing it, and prints the path of its executable.
debian_go() {
  apt_unpack "$1" golang-1.19-go golang-1.19-src
  printf '%s\n' "$1/usr/lib/go-1.19/bin/go"
}
