#!/usr/bin/env bash
# Turns the namespaces that it is started in (mount, network, processes) into a node of its own, and runs a
# command there. Nothing is written to the machine: /run, /var/log and bpffs are empty and the node's own,
# /var/lib is a layer over the machine's, and the sysctls that a kubelet insists on writing are files.
set -euo pipefail

mount -t bpf bpf /sys/fs/bpf
mount -t tmpfs tmpfs /run
mkdir -m 1777 /run/tmp
mkdir /run/lock /run/layer /run/layer/upper /run/layer/work /run/sysctl
mount -t tmpfs tmpfs /var/log
mount -t overlay -o lowerdir=/var/lib,upperdir=/run/layer/upper,workdir=/run/layer/work overlay /var/lib

wanted=(
  vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000
)
for sysctl in "${wanted[@]}"; do
  file=/run/sysctl/${sysctl//[\/=]/_}
  printf '%s\n' "${sysctl#*=}" >"$file"
  mount --bind "$file" "/proc/sys/${sysctl%=*}"
done
# A runtime shares its mounts with its pods; nobody outside is a peer of this namespace.
mount --make-rshared /

ip link set lo up
ip link add uplink type veth peer name world
ip addr add 10.214.0.1/24 dev uplink
ip link set world up
ip link set uplink up
ip route add default dev uplink
echo 1 >/proc/sys/net/ipv4/ip_forward
exec "$@"
