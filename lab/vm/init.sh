#!/bin/busybox sh
# The guest's first process, in the initial RAM disk. There is no bash here: the root that holds it is what
# this script mounts. Two disks, in any order: the read-only root and the payload. Should a command fail, the
# shell ends, the kernel panics, and the host shows the console.
# shellcheck shell=sh
set -eu
/bin/busybox --install -s /bin
export PATH=/bin

mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
for module in /modules/*.ko; do
  [ -e "$module" ] || continue # all of them are part of the kernel
  insmod "$module"
done

tries=0
until [ -b /dev/pmem0 ] && [ -b /dev/pmem1 ]; do
  tries=$((tries + 1))
  [ "$tries" -le 100 ] || { echo "init: the disks do not appear"; exit 1; }
  sleep 0.1
done

# What the guest writes to its root stays in its memory, so one image serves any number of guests at once, and
# no write-back disturbs its timing.
mkdir /lower /scratch
payload=/dev/pmem1
mount -t ext4 -o ro /dev/pmem0 /lower
if [ ! -d /lower/usr ]; then
  payload=/dev/pmem0
  umount /lower
  mount -t ext4 -o ro /dev/pmem1 /lower
fi
mount -t tmpfs -o size=75% none /scratch
mkdir /scratch/upper /scratch/work
mount -t overlay -o lowerdir=/lower,upperdir=/scratch/upper,workdir=/scratch/work none /new
mount -t ext4 "$payload" /new/w

for directory in dev proc sys; do mount --move "/$directory" "/new/$directory"; done
exec switch_root /new /w/.vm/vminit.sh
