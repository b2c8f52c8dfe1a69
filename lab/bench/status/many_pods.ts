/** Many pods on this node, limited by natra, with heavy flows in their maps. */
import { checkNegative } from "../../../ffi/native.ts";
import { allApplied } from "../../../src/natra/datapath/record.ts";
import { openPin } from "../../../src/ebpf/info.ts";
import { maps } from "../../../src/natra/datapath/layout.ts";
import { directionPins } from "../../../src/natra/datapath/attach_points.ts";
import { monotonicNow } from "../../../src/kernel/clock.ts";
import { DIRECTIONS } from "../../../src/pod/direction.ts";
import { libbpf } from "../../../tests/bpf/libbpf.ts";
import { ChurnPod } from "../../churn/pod.ts";
import { outcomeOf, RigError } from "../../../tests/rig/run.ts";

const RATE = "10M";
/** Pods that are made at the same time. */
const WORKERS = 2;

/**
 * Makes pods and adds each by natra, as a runtime would.
 *
 * @param natra path of its executable
 * @param count how many
 * @param onPod told how many are there
 */
export async function addPods(natra: string, count: number, onPod: (done: number) => void): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let id = next++; id < count; id = next++) {
      await addPod(natra, await ChurnPod.create(id));
      onPod(id + 1);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  const held = allApplied().filter(({ complete }) => complete).length;
  if (held !== count) throw new RigError(`Failed to limit ${count} pods: ${held} are`);
}

async function addPod(natra: string, pod: ChurnPod): Promise<void> {
  const annotations = {
    "kubernetes.io/ingress-bandwidth": RATE,
    "kubernetes.io/egress-bandwidth": RATE,
  };
  const conf = {
    cniVersion: "1.0.0",
    name: "many",
    type: "natra",
    logFile: "/var/log/natra.log",
    runtimeConfig: { "io.kubernetes.cri.pod-annotations": annotations },
    prevResult: pod.prevResult,
  };
  const call = { stdin: JSON.stringify(conf), env: pod.environment("ADD") };
  const { code, stdout, stderr } = await outcomeOf([natra], call);
  if (code !== 0) throw new RigError(`Failed to add a pod: exit ${code}, "${stdout}${stderr}"`);
}

/**
 * Writes heavy flows into the maps of every pod that is held here: what a hundred bulk transfers to each
 * would leave there.
 *
 * @param count of each direction, at most 128
 */
export function writeFlows(count: number): void {
  if (count === 0) return;
  const { key, value } = maps.flows;
  const keys = new DataView(new ArrayBuffer(key.size * count));
  const values = new DataView(new ArrayBuffer(value.size * count));
  const now = monotonicNow();
  for (let i = 0; i < count; i++) {
    const at = i * key.size;
    for (const [offset, last] of [[key.fields.saddr.offset, 1], [key.fields.daddr.offset, 2]] as const) {
      keys.setUint16(at + offset + 10, 0xffff);
      keys.setUint32(at + offset + 12, 0x0a000000 + last);
    }
    keys.setUint16(at + key.fields.sport.offset, 20000 + i);
    keys.setUint16(at + key.fields.dport.offset, 443);
    keys.setUint16(at + key.fields.ether_type.offset, 0x0800);
    keys.setUint8(at + key.fields.protocol.offset, 6);
    for (const field of ["since", "last"] as const) {
      values.setBigUint64(i * value.size + value.fields[field].offset, now, true);
    }
    values.setBigUint64(i * value.size + value.fields.bytes.offset, 1_000_000n + BigInt(i), true);
  }
  for (const applied of allApplied()) {
    for (const direction of DIRECTIONS) {
      using pin = openPin(`${directionPins(applied, direction)}/flows`);
      if (pin === null) throw new RigError(`Failed to find the flows of "${applied.containerId}"`);
      const room = new Uint8Array(new Uint32Array([count]).buffer);
      const written = libbpf.bpf_map_update_batch(
        pin.fd,
        new Uint8Array(keys.buffer),
        new Uint8Array(values.buffer),
        room,
        null,
      );
      checkNegative("write flows", written);
    }
  }
}
