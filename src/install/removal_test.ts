import { assertEquals } from "@std/assert";
import { type DaemonSetAnswer, wasRemoved } from "./removal.ts";

/** Gives these answers, one after the other, and then repeats the last one. */
async function judge(
  wasAllowed: boolean,
  ...answers: (DaemonSetAnswer | Error)[]
): Promise<[boolean, number]> {
  let asked = 0;
  const ask = (): Promise<DaemonSetAnswer> => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    return answer === undefined || answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return [(await wasRemoved({ ask, wasAllowed }, 1)).isRemoved, asked];
}

const refused = new Error("connection refused");

Deno.test("wasRemoved() says yes if the DaemonSet is gone or is being deleted, and asks once", async () => {
  assertEquals(await judge(true, { kind: "gone" }), [true, 1]);
  assertEquals(await judge(false, { kind: "there", isDeleting: true }), [true, 1]);
});

Deno.test("wasRemoved() says no for a DaemonSet that was never there: it has a different name", async () => {
  assertEquals(await judge(false, { kind: "gone" }), [false, 1]);
});

Deno.test("wasRemoved() says no if the DaemonSet stays: an upgrade, a drain, a shutdown", async () => {
  assertEquals(await judge(true, { kind: "there", isDeleting: false }), [false, 1]);
});

Deno.test("wasRemoved() says no if the API server does not answer, after three attempts", async () => {
  assertEquals(await judge(true, refused), [false, 3]);
  assertEquals(await judge(true, { kind: "denied" }, refused, refused), [false, 3]);
});

Deno.test("wasRemoved() takes a lost permission for removal, after three attempts", async () => {
  assertEquals(await judge(true, { kind: "denied" }), [true, 3]);
  assertEquals(await judge(false, { kind: "denied" }), [false, 3]);
  assertEquals(await judge(true, { kind: "denied" }, { kind: "there", isDeleting: false }), [false, 2]);
});

Deno.test("wasRemoved() asks again if the API server is away for a moment", async () => {
  assertEquals(await judge(true, refused, { kind: "gone" }), [true, 2]);
});
