#!/bin/bash
# The guest's first process in its real root: sets up what a node has, runs the command, notes how it ended,
# and turns the machine off. The host reads the notes in /w/.vm after that; without them it reports a crash.
set -euo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
export TERM=dumb NO_COLOR=1 # the output is a terminal, but ends in a file

power_off() {
  cd /
  kill -KILL -1 2>/dev/null || true # whatever the command left running still holds /w
  sync
  umount /w || mount -o remount,ro /w || echo "vminit: cannot unmount the payload" >/dev/console
  busybox poweroff -f
}
trap power_off EXIT

# Reads programs, the libraries they need and other files once, so that a later timing has no disk in it.
# Arguments: names of commands or paths.
warm() {
  local name path
  for name in "$@"; do
    path=$(type -P "$name") || path=$name
    cat -- "$path" >/dev/null || return
    # ldd fails on what is no program: then there are no libraries to read
    { ldd "$path" 2>/dev/null || true; } | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | xargs -r cat -- >/dev/null
  done
}
export -f warm

mount_at() { # type, directory
  mkdir -p "$2"
  mount -t "$1" none "$2"
}
mount_at devpts /dev/pts
mount_at tmpfs /dev/shm
mount_at tmpfs /run
mount_at tmpfs /tmp
mount_at cgroup2 /sys/fs/cgroup
mount_at bpf /sys/fs/bpf
mount_at tracefs /sys/kernel/tracing
chmod 1777 /tmp /dev/shm
mkdir -p /run/netns /w/out
ln -sfn /proc/self/fd /dev/fd
echo vm >/proc/sys/kernel/hostname
ip link set lo up

# The kernel would load them when they are asked for, but then in the middle of a measurement. One
# that is part of the kernel may be unknown to modprobe; a test that needs a missing one
# will fail.
for module in cls_bpf ifb sch_fq sch_fq_codel sch_htb sch_ingress sch_netem tcp_bbr veth; do
  modprobe "$module" || echo "vminit: cannot load $module" >/dev/console
done

uptime_seconds() { cut -d ' ' -f 1 /proc/uptime; }
stty -F /dev/ttyS1 raw -echo
cd /w
uptime_seconds >/w/.vm/started
status=0
setsid --wait bash /w/.vm/command </dev/null >/dev/ttyS1 2>&1 || status=$?
uptime_seconds >/w/.vm/ended
echo "$status" >/w/.vm/status
