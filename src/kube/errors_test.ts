import { assertEquals } from "@std/assert";
import {
  ApiError,
  isAlreadyExists,
  isConflict,
  isGone,
  isNotFound,
  refusal,
  watchRefusal,
} from "./errors.ts";

const answer = (status: number, retryAfter?: string): Response =>
  new Response(null, { status, headers: retryAfter === undefined ? {} : { "retry-after": retryAfter } });

Deno.test("refusal() reads Kubernetes' Status, and quotes whatever else came", () => {
  const status = JSON.stringify({ message: 'pods "a" not\u202e found', reason: "NotFound", code: 404 });
  const error = refusal("GET /x", answer(404), status);
  assertEquals(error.message, 'GET /x: 404: "pods \\"a\\" not\\u202e found"');
  assertEquals([error.status, error.reason, error.retryAfterMs], [404, "NotFound", null]);
  assertEquals(refusal("GET /x", answer(502), "<html>\n").message, 'GET /x: 502: "<html>\\n"');
  assertEquals(refusal("GET /x", answer(500), "x".repeat(10_000)).message.length < 400, true);
});

Deno.test("refusal() reads when to ask again, within bounds", () => {
  const retryAfter = (value: string): number | null => refusal("GET /x", answer(429, value), "").retryAfterMs;
  assertEquals(["1", "1e9", "-1", "soon", "Infinity"].map(retryAfter), [1000, 600_000, null, null, 600_000]);
});

Deno.test("two kinds of 409 are told apart", () => {
  const kinds = (status: number, reason: string): boolean[] => {
    const error = new ApiError("", { status, reason });
    return [isNotFound(error), isAlreadyExists(error), isConflict(error), isGone(error)];
  };
  assertEquals(kinds(404, "NotFound"), [true, false, false, false]);
  assertEquals(kinds(409, "AlreadyExists"), [false, true, false, false]);
  assertEquals(kinds(409, "Conflict"), [false, false, true, false]);
  assertEquals(kinds(410, "Expired"), [false, false, false, true]);
  assertEquals([isNotFound(new Error()), isConflict(null)], [false, false]);
});

Deno.test("watchRefusal() takes any shape", () => {
  assertEquals(watchRefusal("/p", { code: 410, message: "old", reason: "Expired" }).status, 410);
  assertEquals(watchRefusal("/p", "what").message, 'watch /p: 500: ""');
});
