/** The command lines of `deno task bench` and `deno task bench:vm`. */
import {
  badValue,
  choice,
  choices,
  JSON_FILE,
  NATRA_FILE,
  type Option,
  type Program,
  type Values,
  wholeNumber,
} from "../../../tests/rig/options.ts";
import { KERNELS } from "../../vm/kernels.ts";
import { RATES } from "../rate.ts";
import { CONTENDERS, USUAL } from "./contenders.ts";
import { DISTANT, type Mix, MIXES, VM_MIXES } from "./mixes.ts";

/** What both have in common. */
type Common = {
  readonly mix: Option<readonly Mix[]>;
  readonly rate: typeof RATES;
  readonly rounds: Option<number>;
  readonly seconds: Option<number | null>;
  readonly contenders: Option<readonly typeof CONTENDERS[number][]>;
  readonly json: typeof JSON_FILE;
  readonly natra: typeof NATRA_FILE;
};

/** What was asked for. */
export type MixOptions = Values<Common>;

const EXIT = "Exit status: 0 measured, whether or not the goals were met; 1 failed; 2 bad usage.";
const LIST = MIXES.map(({ number, name }) => `  ${`${number}`.padStart(2)}  ${name}`).join("\n");

/** `deno task bench`. */
export const HERE: Program<Common> = {
  command: "deno task bench",
  about: `Holds a pod to a cap under mixes of traffic, without a limit, with natra and with the
bandwidth plugin in turns, and shows what arrives, how long small requests take beside
it, and which of natra's goals that meets.`,
  options: commonOptions(MIXES, 3, "enough for a\nthousand requests over all rounds, 10 to 120"),
  notes: `The mixes:\n${LIST}\n\n${EXIT}`,
};

const KERNEL = choice({
  about: "the guest's kernel",
  of: KERNELS.map(({ name }) => name),
  default: "6.12",
});

/** `deno task bench:vm`. */
export const IN_VM: Program<Common & { readonly kernel: typeof KERNEL }> = {
  command: "deno task bench:vm",
  about: `The mixes of \`deno task bench\` in a virtual machine, in virtual time: what another kernel
has (fq_codel, fq, netem) counts, and what this machine is doing besides does not. Two
machines at once; an hour or more for all mixes.`,
  options: { ...commonOptions(VM_MIXES, 1, "10; 3 from 50M on; 30 below 5M"), kernel: KERNEL },
  notes: EXIT,
};

function commonOptions(mixes: readonly Mix[], rounds: number, otherwise: string): Common {
  return {
    mix: {
      ...{ value: "N,…", about: "the mixes to run", shownDefault: "all" },
      read: (given, name) => given === null ? mixes : mixesOf(given, name, mixes),
    },
    rate: RATES,
    rounds: wholeNumber({
      about: "measure everything N times, in turns",
      ...{ min: 1, max: 100, default: rounds },
    }),
    seconds: wholeNumber({
      about: "counted seconds of each measurement",
      ...{ min: 2, max: 600, default: null, otherwise },
    }),
    contenders: choices({ about: "what is compared", of: CONTENDERS, default: USUAL }),
    json: JSON_FILE,
    natra: NATRA_FILE,
  };
}

/** @throws {UsageError} that quotes what is not the number of a mix that can be run here */
function mixesOf(text: string, name: string, known: readonly Mix[]): readonly Mix[] {
  return text.split(",").flatMap((one) => {
    const found = known.filter(({ number }) => `${number}` === one);
    if (found.length > 0) return found;
    const isDistant = DISTANT.some(({ number }) => `${number}` === one);
    const numbers = [...new Set(known.map(({ number }) => number))].join(", ");
    throw badValue(one, name, `one of ${numbers}${isDistant ? "; it needs netem: deno task bench:vm" : ""}`);
  });
}
