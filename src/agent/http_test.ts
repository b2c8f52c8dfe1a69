import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { recordingLogger } from "../../tests/rig/recording_logger.ts";
import { AddressError, type AgentServer, type Routes, serve, text } from "./http.ts";

const { logger, lines } = recordingLogger();
const start = (routes: Routes, missing: readonly string[] = []): AgentServer =>
  serve(routes, { address: "127.0.0.1:0", missing: () => missing, logger });

/** Sends a request unchanged; fetch() would not let a caller choose the Host. */
async function raw(address: string, request: string): Promise<string> {
  const [hostname = "", port = ""] = address.split(":");
  using socket = await Deno.connect({ hostname, port: Number(port) });
  await socket.write(new TextEncoder().encode(request.replaceAll("\n", "\r\n")));
  return await new Response(socket.readable).text();
}

Deno.test("/healthz answers 200 always, /readyz 503 with the reasons until there are none", async () => {
  await using server = start({}, ["reconcile: has not run yet"]);
  const health = await fetch(`http://${server.address}/healthz`);
  assertEquals([health.status, await health.text()], [200, "ok\n"]);
  const ready = await fetch(`http://${server.address}/readyz`);
  assertEquals([ready.status, await ready.text()], [503, "reconcile: has not run yet\n"]);
  await using other = start({});
  const later = await fetch(`http://${other.address}/readyz`);
  assertEquals([later.status, await later.text()], [200, "ok\n"]);
});

Deno.test("a route is found by its whole path; other paths are 404, other methods 405", async () => {
  await using server = start({ "/a": () => text(200, "a") });
  const get = async (path: string, method = "GET"): Promise<number> => {
    const response = await fetch(`http://${server.address}${path}`, { method });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([await get("/a"), await get("/a?b=c"), await get("/a", "HEAD")], [200, 200, 200]);
  assertEquals([await get("/a/"), await get("/b"), await get("/__proto__")], [404, 404, 404]);
  assertEquals([await get("/a", "POST"), await get("/healthz", "DELETE")], [405, 405]);
});

Deno.test("a handler that fails gives 500 without details, and a line in the log", async () => {
  await using server = start({
    "/bad": () => {
      throw new Error("the secret is 42");
    },
  });
  const response = await fetch(`http://${server.address}/bad`);
  assertEquals([response.status, (await response.text()).includes("42")], [500, false]);
  assertEquals(lines.at(-1)?.fields, { error: "the secret is 42" });
});

Deno.test("on loopback only this machine's own names are answered, so no foreign page can read it", async () => {
  await using server = start({});
  const ask = (host: string): Promise<string> =>
    raw(server.address, `GET /healthz HTTP/1.1\nHost: ${host}\nConnection: close\n\n`);
  for (const host of ["localhost:9631", "127.0.0.1", "[::1]:1", "127.1.2.3"]) {
    assertStringIncludes(await ask(host), " 200 OK");
  }
  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"]) {
    assertStringIncludes(await ask(host), " 421 ");
  }
});

Deno.test("disposing of the server ends endless streams, and frees the port", async () => {
  const server = start({
    "/stream": () => new Response(new ReadableStream({ start: (out) => out.enqueue(new Uint8Array([33])) })),
  });
  const { address } = server;
  const reader = (await fetch(`http://${address}/stream`)).body?.getReader();
  await reader?.read();
  await server[Symbol.asyncDispose]();
  await assertRejects(() => fetch(`http://${address}/healthz`));
  await reader?.cancel().catch(() => {});
});

for (
  const address of ["", "9631", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "::1:80", "[::1]", "a b:1"]
) {
  Deno.test(`the address ${JSON.stringify(address)} is refused by name`, () => {
    assertThrows(
      () => serve({}, { address, missing: () => [], logger }),
      AddressError,
      JSON.stringify(address),
    );
  });
}

Deno.test("an address that is in use is reported", async () => {
  await using server = start({});
  assertThrows(
    () => serve({}, { address: server.address, missing: () => [], logger }),
    Error,
    `Cannot listen at "${server.address}"`,
  );
});
