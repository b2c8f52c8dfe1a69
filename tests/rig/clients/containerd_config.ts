/** What containerd is told. Version 2 of its configuration is understood from 1.6 to 2.x. */
import { BIN_DIRECTORY, CONF_DIRECTORY } from "./network.ts";

/** Where containerd listens. */
export const SOCKET = "/run/containerd.sock";
/** What keeps pods alive that do nothing. */
export const PAUSE_IMAGE = "localhost/pause:1";
/** busybox and iperf3. */
export const TOOLS_IMAGE = "localhost/tools:1";

/**
 * The configuration.
 *
 * @param runc path of its executable
 * @returns TOML
 */
export function containerdConfig(runc: string): string {
  const cri = `plugins."io.containerd.grpc.v1.cri"`;
  const unused = ["btrfs", "zfs", "devmapper", "aufs", "blockfile", "erofs"]
    .map((name) => `"io.containerd.snapshotter.v1.${name}"`);
  return `version = 2
root = "/run/containerd-root"
state = "/run/containerd-state"
disabled_plugins = [${unused.join(", ")}, "io.containerd.nri.v1.nri"]
[grpc]
  address = "${SOCKET}"
[plugins."io.containerd.internal.v1.opt"]
  path = "/run/containerd-opt"
[${cri}]
  sandbox_image = "${PAUSE_IMAGE}"
  netns_mounts_under_state_dir = true
  disable_apparmor = true
  restrict_oom_score_adj = true
  [${cri}.cni]
    bin_dir = "${BIN_DIRECTORY}"
    conf_dir = "${CONF_DIRECTORY}"
  [${cri}.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [${cri}.containerd.runtimes.runc.options]
      BinaryName = "${runc}"
      SystemdCgroup = false
`;
}
