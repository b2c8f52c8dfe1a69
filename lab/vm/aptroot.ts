import { exists } from "./cache.ts";
import { run } from "./command.ts";
import { VmError } from "./error.ts";
import { type Extra, findMirrors, sourceList } from "./mirrors.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Settings of the machine's own apt that say how to reach its mirror. */
const INHERITED = ["Acquire::http", "Acquire::https", "Acquire::Check-Valid-Until", "Acquire::Check-Date"];

/** Which packages an apt root offers. */
export interface AptChoice {
  /** Debian release, such as "trixie". */
  readonly release: string;
  /** What to offer besides the release itself. */
  readonly extra?: Extra;
}

/**
 * Writes an apt root's settings, which name the machine's own mirror as it is now.
 *
 * @param directory the root; `apt.conf` in it is what $APT_CONFIG names
 * @param choice which packages it offers
 * @throws {VmError} of kind `host` if the machine has no Debian mirror or keys
 */
export async function writeRoot(directory: string, choice: AptChoice): Promise<void> {
  for (
    const inner of [
      "etc/apt/apt.conf.d",
      "etc/apt/preferences.d",
      "etc/apt/sources.list.d",
      "lists/partial",
      "archives/partial",
    ]
  ) {
    await Deno.mkdir(`${directory}/${inner}`, { recursive: true });
  }
  const status = `${directory}/status`; // nothing is installed there
  await Deno.writeTextFile(status, "");
  const mirrors = findMirrors(await run("apt-get", ["update", "--print-uris"]), await hostRelease());
  if (!(await exists(KEYRING))) {
    throw new VmError(
      "host",
      `Cannot find "${KEYRING}": install the Debian package "debian-archive-keyring"`,
    );
  }
  const sources = sourceList(mirrors, choice.release, KEYRING, choice.extra);
  await Deno.writeTextFile(`${directory}/etc/apt/sources.list.d/debian.sources`, sources);
  const settings = [
    await run("apt-config", ["dump", "--format", '%F "%v";%n', ...INHERITED]),
    `Dir::Etc "${directory}/etc/apt";`,
    `Dir::State::lists "${directory}/lists";`,
    `Dir::State::status "${status}";`,
    `Dir::Cache "${directory}";`,
    `APT::Architecture "amd64";`,
    `APT::Architectures "amd64";`,
    `APT::Install-Recommends "0";`,
    `APT::Sandbox::User "root";`, // the unprivileged user of a system's apt cannot enter a home directory
    `Acquire::Languages "none";`,
    `Acquire::Retries "3";`,
    `Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "0";`,
    `Debug::NoLocking "1";`, // apt would lock the machine's own database; the root has a lock of its own
    "",
  ];
  await Deno.writeTextFile(`${directory}/apt.conf`, settings.join("\n"));
}

/**
 * The Debian release this machine runs.
 *
 * @returns its code name, such as "bookworm"
 * @throws {VmError} if the machine does not say
 */
export async function hostRelease(): Promise<string> {
  const release = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(await Deno.readTextFile("/etc/os-release"))?.[1];
  if (release === undefined) throw new VmError("host", 'Cannot find VERSION_CODENAME in "/etc/os-release"');
  return release;
}
