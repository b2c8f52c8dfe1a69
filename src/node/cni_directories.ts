import type { CommandOption, Options } from "./options.ts";

/** Where a node's plugins and lists are. */
export interface CniDirectories {
  readonly binDir: string;
  readonly confDir: string;
}

const BIN = "/opt/cni/bin";
const CONF = "/etc/cni/net.d";

/** The options for both. */
export const DIRECTORIES: readonly CommandOption[] = [
  {
    name: "bin-dir",
    value: "PATH",
    complete: "files",
    about: `where the runtime looks for plugins (${BIN})`,
  },
  { name: "conf-dir", value: "PATH", complete: "files", about: `where it looks for their lists (${CONF})` },
];

/** What {@linkcode DIRECTORIES} were given. @throws {UsageError} If one lacks its value. */
export function cniDirectories(options: Options): CniDirectories {
  return { binDir: options.string("bin-dir") ?? BIN, confDir: options.string("conf-dir") ?? CONF };
}
