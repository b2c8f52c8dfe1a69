/** Requests as a runtime may send them: recorded ones, damaged. */
import fc from "fast-check";
import { anyJson, anyJsonMutation, anyNastyText, anyTextMutation, type Json } from "./mutations.ts";

/** A call of a plugin. */
export interface Request {
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

const FIXTURES = new URL("../fixtures/", import.meta.url);
const VARIABLES = [
  "CNI_COMMAND",
  "CNI_CONTAINERID",
  "CNI_NETNS",
  "CNI_IFNAME",
  "CNI_ARGS",
  "CNI_PATH",
] as const;
const PREFIXES = ["kubernetes.io", "natra.io"] as const;
const ANNOTATIONS = "io.kubernetes.cri.pod-annotations";

/** What real clients sent. */
export function recorded(): Request[] {
  const requests: Request[] = [];
  for (const { name: directory } of Deno.readDirSync(FIXTURES)) {
    for (const { name } of Deno.readDirSync(new URL(`${directory}/`, FIXTURES))) {
      const { env, stdin } = JSON.parse(Deno.readTextFileSync(new URL(`${directory}/${name}`, FIXTURES))) as {
        env: Record<string, string>;
        stdin: Json;
      };
      requests.push({ env, stdin: JSON.stringify(stdin) });
    }
  }
  return requests;
}

/** A recorded request with a little damage, or with much. */
export function anyRequest(from: readonly Request[] = recorded()): fc.Arbitrary<Request> {
  const mutation = fc.oneof(
    { weight: 5, arbitrary: anyJsonMutation() },
    { weight: 1, arbitrary: anyTextMutation() },
    { weight: 3, arbitrary: anyAnnotated() },
  );
  const variables = fc.dictionary(fc.constantFrom(...VARIABLES), anyNastyText(), { maxKeys: 1 });
  return fc.record({
    base: fc.constantFrom(...from),
    mutations: fc.array(mutation, { maxLength: 4 }),
    variables: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: variables }),
  }).map(({ base, mutations, variables }) => ({
    env: { ...base.env, ...variables },
    stdin: mutations.reduce((text, mutate) => mutate(text), base.stdin),
  }));
}

/** Another value for a bandwidth annotation: plain, or the JSON form with some keys. */
function anyAnnotated(): fc.Arbitrary<(text: string) => string> {
  const keys = ["rate", "burst", "bucket", "mice", "pacer", "cms", "width", "depth", "heavyHitterThreshold"];
  const form = fc.dictionary(fc.constantFrom(...keys), anyJson(), { maxKeys: 4 });
  const sketch = fc.tuple(form, form).map(([outer, cms]) => JSON.stringify({ rate: "10M", ...outer, cms }));
  const value = fc.oneof(anyNastyText(), sketch, form.map((object) => JSON.stringify(object)));
  const direction = fc.constantFrom("ingress", "egress");
  return fc.tuple(fc.constantFrom(...PREFIXES), direction, value).map(
    ([prefix, direction, value]) => (text: string): string => {
      try {
        const conf = JSON.parse(text) as Record<string, Record<string, Record<string, Json>>>;
        const runtimeConfig = { ...conf["runtimeConfig"] };
        const annotations = { ...runtimeConfig[ANNOTATIONS], [`${prefix}/${direction}-bandwidth`]: value };
        return JSON.stringify({ ...conf, runtimeConfig: { ...runtimeConfig, [ANNOTATIONS]: annotations } });
      } catch {
        return text;
      }
    },
  );
}
