import { quote } from "../../../log/quote.ts";

/** What containerd reads, in sorted order. */
const LIST = /\.(conf|conflist|json)$/;
/** Bytes; lists are a few hundred. */
const MOST = 1 << 20;

/** A plugin of a list, as far as the doctor looks at it; untrusted. */
export interface Plugin {
  readonly type: string;
  readonly capabilities: readonly string[];
  /** natra's own key; undefined if it is not said. */
  readonly attach: unknown;
}

/** A list of plugins on this node. */
export interface PluginList {
  /** The file's name. */
  readonly file: string;
  /** null: it cannot be read, and `fault` says why. */
  readonly plugins: readonly Plugin[] | null;
  readonly fault: string | null;
}

/** The lists in the order in which a runtime takes them. @returns null if the directory is not there. */
export function readLists(directory: string): PluginList[] | null {
  let names: string[];
  try {
    names = [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  return names.filter((name) => LIST.test(name)).sort().map((file) => readList(directory, file));
}

function readList(directory: string, file: string): PluginList {
  const bad = (fault: string): PluginList => ({ file, plugins: null, fault });
  let value: unknown;
  try {
    const path = `${directory}/${file}`;
    const { isFile, size } = Deno.statSync(path);
    if (!isFile || size > MOST) return bad(isFile ? `it has ${size} bytes` : "it is no file");
    value = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    return bad(error instanceof Error ? quote(error.message, 200) : String(error));
  }
  const plugins = file.endsWith(".conflist") ? field(value, "plugins") : [value];
  if (!Array.isArray(plugins)) return bad('it has no list "plugins"');
  return { file, plugins: plugins.map(readPlugin), fault: null };
}

function readPlugin(value: unknown): Plugin {
  const type = field(value, "type");
  const capabilities = field(value, "capabilities");
  return {
    type: typeof type === "string" ? type : "",
    capabilities: typeof capabilities === "object" && capabilities !== null
      ? Object.entries(capabilities).filter(([, on]) => on === true).map(([name]) => name)
      : [],
    attach: field(value, "attach"),
  };
}

function field(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}
