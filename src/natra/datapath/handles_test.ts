import { assertEquals } from "@std/assert";
import { Handle, QDISC_MAJORS } from "./handles.ts";

Deno.test("Handle gives every class a leaf with a major of its own, which neither the root nor foreign qdiscs have", () => {
  const classes = [
    Handle.POD,
    Handle.ACK,
    Handle.LIGHT,
    Handle.HEAVY,
    Handle.FREE,
    Handle.YOUNG,
    Handle.BULK,
  ];
  const handles = [Handle.ROOT, ...classes.map(Handle.leaf)];
  assertEquals(new Set(handles).size, handles.length);
  for (const handle of handles) assertEquals(handle & 0xffff, 0);
  for (const handle of [...handles, Handle.SPLIT]) {
    assertEquals(handle >>> 16 >= QDISC_MAJORS.first && handle >>> 16 <= QDISC_MAJORS.last, true);
  }
  for (const id of classes) assertEquals(id >>> 16, Handle.ROOT >>> 16);
  for (const handle of handles) assertEquals(handle > 0x80ff0000 || handle < 0x20000, false);
});
