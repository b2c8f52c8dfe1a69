# shellcheck shell=bash
# Debian packages and the BPF file system.

# clang, llvm, bpftool and the headers build the BPF object; pip fetches wheels; the rest is for tests and the demo.
packages=(
  bpftool ca-certificates clang curl ethtool iperf3 iproute2 libbpf-dev linux-libc-dev llvm
  openssl python3 python3-pip shellcheck tcpdump unzip util-linux
)

# For whole runs of the tests alone: the page is opened in a real browser, with a font to write in, completion tried in a real zsh, and
# nft's opinion asked on rules.
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
  # Of packages that dpkg has never heard of it complains and fails; they are simply not in its answer.
  { dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "${packages[@]}" 2>/dev/null || true; } | sed -n 's/^ii //p'
}

setup_bpffs() {
  [[ $(stat -f -c %T /sys/fs/bpf 2>/dev/null) == bpf_fs ]] && return
  doing "mounting the BPF file system at /sys/fs/bpf"
  as_root mount -t bpf bpf /sys/fs/bpf ||
    say "could not mount it: the build works, pins and the tests that make them will not"
}
