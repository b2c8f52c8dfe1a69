# shellcheck shell=bash
# Debian packages and the BPF file system.

# clang, llvm, bpftool and the headers build the BPF object; pip fetches wheels; the rest is for tests.
packages=(
  bpftool ca-certificates clang curl ethtool iperf3 iproute2 libbpf-dev linux-libc-dev llvm
  openssl python3 python3-pip shellcheck tcpdump unzip util-linux
)

# Only for whole runs of the tests: the page is opened in a real browser, which needs a font, completion runs
# in a real zsh, and rules are compared with what nft prints.
# shellcheck disable=SC2034 # setup.sh reads it
test_packages=(chromium fonts-dejavu-core nftables zsh)

setup_packages() {
  local -a missing
  mapfile -t missing < <(comm -23 <(printf '%s\n' "${packages[@]}" | sort) <(installed_packages | sort))
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || die "Cannot install ${missing[*]}: this is not Debian"
  doing "installing ${missing[*]}"
  apt_install "${missing[@]}"
}

installed_packages() {
  # dpkg complains about packages that it does not know, and fails; its answer leaves them out.
  { dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "${packages[@]}" 2>/dev/null || true; } | sed -n 's/^ii //p'
}

setup_bpffs() {
  [[ $(stat -f -c %T /sys/fs/bpf 2>/dev/null) == bpf_fs ]] && return
  doing "mounting the BPF file system at /sys/fs/bpf"
  as_root mount -t bpf bpf /sys/fs/bpf ||
    say "could not mount it: the build works, but pins, and the tests that make them, do not"
}
