/** TCP connections between programs that can be cut, or go dead, as those of a network. */

/** A connection that came, and where it leads to. */
interface Passage {
  readonly near: Deno.TcpConn;
  readonly far: Deno.TcpConn;
  isFrozen: boolean;
}

/** Listens, and passes everything on. Disposing of it ends it. */
export class Wire implements AsyncDisposable {
  readonly #open = new Set<Passage>();
  readonly #listener: Deno.TcpListener;
  readonly #serving: Promise<void>;
  #isUnplugged = false;

  /** @param target The port that it leads to. */
  constructor(readonly target: number) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#serving = this.#serve();
  }

  /** Where it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Ends every connection; new ones are accepted. */
  cut(): void {
    for (const passage of [...this.#open]) this.#end(passage);
  }

  /** Passes nothing more in the connections that are open, without ending them; new ones work. */
  freeze(): void {
    for (const passage of this.#open) passage.isFrozen = true;
  }

  /** Ends every connection, and each new one at once, until plugIn(). */
  unplug(): void {
    this.#isUnplugged = true;
    this.cut();
  }

  plugIn(): void {
    this.#isUnplugged = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    for await (const near of this.#listener) {
      if (this.#isUnplugged) {
        near.close();
        continue;
      }
      try {
        const far = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
        const passage = { near, far, isFrozen: false };
        this.#open.add(passage);
        this.#pass(passage, near, far);
        this.#pass(passage, far, near);
      } catch {
        near.close(); // nothing listens there now
      }
    }
  }

  #pass(passage: Passage, from: Deno.TcpConn, to: Deno.TcpConn): void {
    const frozen = new TransformStream<Uint8Array, Uint8Array>({
      transform: (bytes, out) => {
        if (!passage.isFrozen) out.enqueue(bytes);
      },
    });
    const end = (): void => this.#end(passage);
    from.readable.pipeThrough(frozen).pipeTo(to.writable).then(end, end);
  }

  #end(passage: Passage): void {
    this.#open.delete(passage);
    close(passage.near);
    close(passage.far);
  }
}

/** Closes a connection that its streams may have closed already. */
function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
