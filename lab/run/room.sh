#!/bin/sh
# Runs tests in a mount namespace where bpffs and the records of this project's products are empty and their
# own, so that parts of a run can be beside each other. What they leave there is written down before it is
# gone: room.sh LEFT COMMAND... The directories are there: room.ts makes them.
set -eu
left=$1
shift
while mountpoint -q /sys/fs/bpf; do umount /sys/fs/bpf; done
mount -t bpf bpf /sys/fs/bpf
for product in natra pona patronus; do
  mount -t tmpfs -o mode=700 tmpfs "/run/$product"
done
code=0
"$@" || code=$?
find /sys/fs/bpf /run/natra /run/pona /run/patronus -mindepth 1 >"$left"
exit "$code"
