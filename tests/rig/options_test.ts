import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  choice,
  choices,
  flag,
  helpOf,
  JSON_FILE,
  type Program,
  readArguments,
  text,
  UsageError,
  wholeNumber,
} from "./options.ts";

const OPTIONS = {
  rounds: wholeNumber({ about: "rounds", min: 1, max: 100, default: 3 }),
  inARow: wholeNumber({
    short: "r",
    about: "pods in a row",
    min: 0,
    max: 9,
    default: null,
    otherwise: "enough",
  }),
  long: flag("take the long form"),
  kind: choice({ about: "the kind", of: ["htb", "edt"], default: "htb" }),
  kinds: choices({ about: "the kinds", of: ["htb", "edt"], default: ["htb"] }),
  name: text({ value: "TEXT", about: "a name\nof any length", default: null }),
  json: JSON_FILE,
};
const SOME: Program<typeof OPTIONS> = {
  command: "some task",
  about: "Does it.",
  options: OPTIONS,
  notes: "Exit 0.",
};
const ALL = { ...SOME, words: { name: "[FILE…]", about: "what to read" }, rest: "COMMAND…" };

Deno.test("readArguments() takes the defaults where nothing is given", () => {
  const given = readArguments(SOME, []);
  assertEquals(given, {
    options: { rounds: 3, inARow: null, long: false, kind: "htb", kinds: ["htb"], name: null, json: null },
    words: [],
    rest: [],
  });
});

Deno.test("readArguments() reads both forms of an option, letters, lists, words and what follows --", () => {
  const args = "--rounds=5 a -r 0 --long --kind edt --kinds edt,htb b --json x.json -- run --rounds 6".split(
    " ",
  );
  const given = readArguments(ALL, args);
  assertEquals(given?.options, {
    ...{ rounds: 5, inARow: 0, long: true, kind: "edt", kinds: ["edt", "htb"], name: null, json: "x.json" },
  });
  assertEquals([given?.words, given?.rest], [["a", "b"], ["run", "--rounds", "6"]]);
});

Deno.test("readArguments() keeps a number's text where a word is one", () => {
  assertEquals(readArguments(ALL, ["5.10", "1e3"])?.words, ["5.10", "1e3"]);
});

for (
  const [args, message] of [
    ["--speed 1", 'Unknown option "--speed"'],
    ["-x", 'Unknown option "-x"'],
    ["10M", 'Unexpected argument "10M"'],
    ["-- 10M", 'Unexpected argument "10M" after "--"'],
    ["--rounds", 'Option "--rounds" needs a value: N'],
    ["--rounds 1 --rounds 2", 'Option "--rounds" was given more than once'],
    ["--rounds 0", 'Bad value "0" for "--rounds": want a whole number from 1 to 100'],
    ["--rounds 3.5", '"3.5"'],
    ["--rounds 1e1", '"1e1"'],
    ["--rounds=-1", '"-1"'],
    ["-r 10", 'Bad value "10" for "--in-a-row"'],
    ["--kind tbf", 'Bad value "tbf" for "--kind": want one of htb, edt'],
    ["--kinds htb,,edt", 'Bad value "" for "--kinds"'],
    [
      "--json /no/such/file",
      'Bad value "/no/such/file" for "--json": want a file in a directory that exists',
    ],
  ] as const
) {
  Deno.test(`readArguments() refuses ${args}`, () => {
    assertThrows(() => readArguments(SOME, args.split(" ")), UsageError, message);
  });
}

Deno.test("readArguments() gives help before it reads anything else", () => {
  assertEquals(readArguments(SOME, ["--rounds", "0", "--help"]), null);
  assertEquals(readArguments(SOME, ["-h"]), null);
});

Deno.test("helpOf() shows every option with its range and default, aligned", () => {
  const help = helpOf(ALL);
  for (
    const part of [
      "Usage: some task [OPTION…] [FILE…] -- COMMAND…\n\nDoes it.\n",
      "\n  [FILE…]            what to read\n",
      "\n  --rounds N         rounds, 1 to 100 (3)\n",
      "\n  -r, --in-a-row N   pods in a row, 0 to 9 (enough)\n",
      "\n  --kinds NAME,…     the kinds, of htb,edt\n                     (htb)\n",
      "\n  --name TEXT        a name\n                     of any length\n",
      "\n  -h, --help         show this text\n\nExit 0.",
    ]
  ) {
    assertStringIncludes(help, part);
  }
});
