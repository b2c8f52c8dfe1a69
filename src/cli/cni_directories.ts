import type { CommandOption, Options } from "./options.ts";

/** Where a node's plugins and lists are. */
export interface CniDirectories {
  /** Where executables are installed. */
  readonly binDir: string;
  /** All directories in which the runtime looks for plugins, the former first. */
  readonly pluginDirs: readonly string[];
  readonly confDir: string;
}

const BIN_DIR = "/opt/cni/bin";
/** Where runtimes look for plugin lists by default. */
export const CONF_DIR = "/etc/cni/net.d";

/** The options for both. */
export const DIRECTORIES: readonly CommandOption[] = [
  {
    name: "bin-dir",
    value: "PATH[:PATH…]",
    complete: "files",
    about: `where the runtime looks for plugins; the first is installed to (${BIN_DIR})`,
  },
  {
    name: "conf-dir",
    value: "PATH",
    complete: "files",
    about: `where the runtime looks for plugin lists (${CONF_DIR})`,
  },
];

/** The values of {@linkcode DIRECTORIES}, or their defaults. @throws {UsageError} If one lacks its value. */
export function cniDirectories(options: Options): CniDirectories {
  const pluginDirs = (options.string("bin-dir") ?? BIN_DIR).split(":");
  const [binDir = ""] = pluginDirs;
  return { binDir, pluginDirs, confDir: options.string("conf-dir") ?? CONF_DIR };
}
