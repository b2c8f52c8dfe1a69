/**
 * Leader election by a Lease of coordination.k8s.io/v1, as client-go does it: one of any number of processes
 * leads.
 */
import * as v from "valibot";
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { delay } from "../base/wait.ts";
import type { KubeClient } from "./client.ts";
import { isAlreadyExists, isConflict, isNotFound } from "./errors.ts";
import { decoder, META, type ObjectName } from "./objects.ts";
import { LEASES, type Resource } from "./resource.ts";

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  /** The Lease. */
  readonly lease: Required<ObjectName>;
  /** For people, for example the node's name; what makes it unique is added. */
  readonly identity: string;
  /** For how long a Lease that does not change counts as held. */
  readonly leaseDurationMs?: number;
  /**
   * How long the leader goes on without having renewed: less, so that it has stopped before another one
   * begins.
   */
  readonly renewDeadlineMs?: number;
  /** Between two attempts to renew, or to acquire. */
  readonly retryPeriodMs?: number;
  readonly logger: Logger;
}

/** Does what only the leader may do. It must end soon after `signal` is aborted: leadership is lost then. */
export type Lead = (signal: AbortSignal) => Promise<void>;

const LEASE_DURATION_MS = 15_000;
const RENEW_DEADLINE_MS = 10_000;
const RETRY_PERIOD_MS = 2000;
/** How long the Lease's release may take when the process is to end. */
const RELEASE_MS = 3000;
/** Whatever a Lease says of its duration, it is taken within an hour. */
const MAX_LEASE_SECONDS = 3600;

const SPEC = v.object({
  holderIdentity: v.optional(v.string(), ""),
  leaseDurationSeconds: v.optional(v.number(), 0),
  acquireTime: v.optional(v.string()),
  renewTime: v.optional(v.string()),
  leaseTransitions: v.optional(v.number(), 0),
});
const LEASE = v.looseObject({ metadata: v.looseObject(META), spec: v.optional(SPEC, {}) });
type Lease = v.InferOutput<typeof LEASE>;
const RESOURCE: Resource<Lease> = { ...LEASES, decode: decoder("Lease", LEASE) };

/**
 * A Lease, and when it was first seen to be as it is. Other machines' clocks may be wrong, so its times are
 * only compared with what they were before: a Lease is held for as long as it changes.
 */
export interface Observation {
  readonly spec: Lease["spec"];
  /** As performance.now(). */
  readonly since: number;
}

/** What is known after another look. */
export function observe(before: Observation | null, spec: Lease["spec"], now: number): Observation {
  const isSame = before !== null && JSON.stringify(before.spec) === JSON.stringify(spec);
  return isSame ? before : { spec, since: now };
}

/** Whether a candidate may take a Lease. */
export function isFree({ spec, since }: Observation, now: number): boolean {
  if (spec.holderIdentity === "") return true;
  const seconds = Math.min(MAX_LEASE_SECONDS, Math.max(1, spec.leaseDurationSeconds));
  return now - since >= seconds * 1000;
}

/** A candidate. */
export class LeaderElector {
  readonly identity: string;
  readonly #options: Required<LeaderElectionOptions>;
  #observation: Observation | null = null;
  /** The Lease as this candidate last wrote it; null: it must be read first. */
  #written: Lease | null = null;
  /** When the last renewal that succeeded was sent, as performance.now(). */
  #renewedAt = -Infinity;
  #isTroubled = false;

  /** @throws {Error} If the durations make no sense. */
  constructor(options: LeaderElectionOptions) {
    const durations = {
      leaseDurationMs: LEASE_DURATION_MS,
      renewDeadlineMs: RENEW_DEADLINE_MS,
      retryPeriodMs: RETRY_PERIOD_MS,
    };
    this.#options = { ...durations, ...options };
    this.identity = `${options.identity}_${crypto.randomUUID()}`;
    const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = this.#options;
    if (leaseDurationMs < 1000 || leaseDurationMs <= renewDeadlineMs || renewDeadlineMs <= retryPeriodMs) {
      throw new Error(
        "leaseDurationMs > renewDeadlineMs > retryPeriodMs must hold, and a lease lasts at least 1 s",
      );
    }
  }

  /** Whether this candidate leads now. It tells by the clock, also in a process that stood still. */
  get isLeader(): boolean {
    return performance.now() < this.#renewedAt + this.#options.renewDeadlineMs;
  }

  /** Who leads as far as is known; empty: none. */
  get holder(): string {
    return this.#observation?.spec.holderIdentity ?? "";
  }

  /**
   * Competes until `signal` is aborted, and calls `lead` each time this candidate has become the leader. The
   * Lease is released once `lead` has ended.
   */
  async run(lead: Lead, signal: AbortSignal): Promise<void> {
    const { logger, lease, retryPeriodMs } = this.#options;
    while (!signal.aborted) {
      if (await this.#attempt(signal)) {
        logger.info("leading", { lease: lease.name, identity: this.identity });
        await this.#lead(lead, signal);
        logger.info("not leading any more", { lease: lease.name, identity: this.identity });
      }
      await delay(retryPeriodMs * (1 + Math.random() / 2), signal);
    }
  }

  async #lead(lead: Lead, stop: AbortSignal): Promise<void> {
    const { retryPeriodMs, logger, lease } = this.#options;
    const leadership = new AbortController();
    const signal = AbortSignal.any([stop, leadership.signal]);
    const leading = Promise.try(lead, signal).catch((error: unknown) => {
      if (!signal.aborted) logger.error("leader failed", { lease: lease.name, error: describeError(error) });
    }).finally(() => leadership.abort());
    while (!signal.aborted) {
      await this.#untilLost(delay(retryPeriodMs, signal), leadership);
      if (!signal.aborted) await this.#untilLost(this.#attempt(signal), leadership);
      if (!this.isLeader) leadership.abort();
    }
    await leading;
    await this.#release();
  }

  /** Waits for something, and aborts when leadership is lost meanwhile. */
  async #untilLost(wait: Promise<unknown>, leadership: AbortController): Promise<void> {
    const ms = this.#renewedAt + this.#options.renewDeadlineMs - performance.now();
    const timer = setTimeout(() => leadership.abort(), Math.max(0, ms));
    await wait;
    clearTimeout(timer);
  }

  /** Renews the Lease, or acquires it if it is free. @returns Whether this candidate leads now. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { logger, lease } = this.#options;
    const sentAt = performance.now();
    try {
      this.#written = await this.#acquireOrRenew(signal);
      this.#renewedAt = this.#written === null ? -Infinity : sentAt;
      this.#isTroubled = false;
    } catch (error) {
      // Another candidate was quicker, or the Lease was changed by hand: the next attempt reads it, and a
      // leader leads on until then.
      this.#written = null;
      if (isConflict(error) || isAlreadyExists(error) || isNotFound(error) || signal.aborted) {
        return this.isLeader;
      }
      const level = this.#isTroubled ? "debug" : "warn";
      logger[level]("cannot acquire or renew the Lease", { lease: lease.name, error: describeError(error) });
      this.#isTroubled = true;
    }
    return this.isLeader;
  }

  /** @returns The Lease as this candidate wrote it; null: another one holds it. */
  async #acquireOrRenew(signal: AbortSignal): Promise<Lease | null> {
    const { client, lease } = this.#options;
    if (this.#written !== null) return await this.#update(this.#written, signal);
    let found: Lease;
    try {
      found = await client.get(RESOURCE, lease, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const made = { metadata: lease, spec: this.#spec(null) };
      return this.#note(await client.create(RESOURCE, made, signal));
    }
    this.#note(found);
    const isOwn = found.spec.holderIdentity === this.identity;
    const isTaken = this.#observation !== null && !isFree(this.#observation, performance.now());
    return !isOwn && isTaken ? null : await this.#update(found, signal);
  }

  async #update(lease: Lease, signal: AbortSignal): Promise<Lease> {
    const changed = { ...lease, spec: this.#spec(lease.spec) };
    return this.#note(await this.#options.client.update(RESOURCE, changed, signal));
  }

  #note(lease: Lease): Lease {
    this.#observation = observe(this.#observation, lease.spec, performance.now());
    return lease;
  }

  #spec(before: Lease["spec"] | null): Lease["spec"] {
    const now = microTime(new Date());
    const isRenewal = before?.holderIdentity === this.identity;
    return {
      holderIdentity: this.identity,
      leaseDurationSeconds: Math.ceil(this.#options.leaseDurationMs / 1000),
      acquireTime: isRenewal ? before.acquireTime ?? now : now,
      renewTime: now,
      leaseTransitions: before === null ? 0 : before.leaseTransitions + (isRenewal ? 0 : 1),
    };
  }

  /** Lets the next candidate begin at once. */
  async #release(): Promise<void> {
    const [written, isLeader] = [this.#written, this.isLeader];
    this.#written = null;
    this.#renewedAt = -Infinity;
    if (!isLeader) return;
    const { client, logger, lease } = this.#options;
    const signal = AbortSignal.timeout(RELEASE_MS);
    try {
      // A renewal that was aborted may have been written or not.
      const held = written ?? await client.get(RESOURCE, lease, signal);
      if (held.spec.holderIdentity !== this.identity) return;
      const spec = { ...this.#spec(held.spec), holderIdentity: "", leaseDurationSeconds: 1 };
      this.#note(await client.update(RESOURCE, { ...held, spec }, signal));
    } catch (error) {
      logger.info("Lease not released", { lease: lease.name, error: describeError(error) });
    }
  }
}

/** metav1.MicroTime. */
function microTime(date: Date): string {
  return date.toISOString().replace("Z", "000Z");
}
