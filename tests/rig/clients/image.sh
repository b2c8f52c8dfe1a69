#!/usr/bin/env bash
# image.sh BUSYBOX DIRECTORY: makes two images without any registry, pause.tar and tools.tar (busybox and
# iperf3).
set -euo pipefail

busybox=$1
directory=$2

# image NAME ROOT ENTRYPOINT: packs a root directory as `docker save` would.
image() {
  local work digest
  work=$(mktemp -d -p "$directory")
  tar -C "$2" --sort=name --owner=0 --group=0 --mtime=@0 -cf "$work/layer.tar" .
  digest=$(sha256sum "$work/layer.tar" | cut -d ' ' -f 1)
  cat >"$work/config.json" <<JSON
{"architecture": "amd64", "os": "linux", "config": {"Entrypoint": $3, "Env": ["PATH=/bin:/usr/bin"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$digest"]}}
JSON
  printf '[{"Config": "config.json", "RepoTags": ["localhost/%s:1"], "Layers": ["layer.tar"]}]' "$1" >"$work/manifest.json"
  tar -C "$work" -cf "$directory/$1.tar" manifest.json config.json layer.tar
  rm -r -- "$work" "$2"
}

mkdir -p "$directory/pause/bin" "$directory/tools/"{bin,usr/bin,tmp,etc}
cp "$busybox" "$directory/pause/bin/busybox"
cp "$busybox" "$directory/tools/bin/busybox"
ln -s busybox "$directory/tools/bin/sh"
iperf3=$(command -v iperf3)
cp "$iperf3" "$directory/tools/usr/bin/"
for library in $(ldd "$iperf3" | grep -oE '/[^ ]+\.so[^ ]*'); do
  mkdir -p "$directory/tools$(dirname "$library")"
  cp -L "$library" "$directory/tools$library"
done
image pause "$directory/pause" '["/bin/busybox", "sleep", "2147483647"]'
image tools "$directory/tools" '["/bin/sh"]'
