/** How long to fuzz. */

/** Whether to go on for long, on a machine that has nothing else to do: `deno task fuzz`. */
export const isLong: boolean = Deno.args.includes("--long");
