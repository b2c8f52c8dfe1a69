/** A TCP connection between two programs that can be cut, as a network does it. */

/** Listens, and passes everything on. Disposing of it ends it. */
export class Wire implements AsyncDisposable {
  readonly #open = new Set<Deno.TcpConn>();
  readonly #listener: Deno.TcpListener;
  readonly #serving: Promise<void>;

  /** @param target the port that it leads to */
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
    for (const connection of this.#open) close(connection);
    this.#open.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    for await (const near of this.#listener) {
      try {
        const far = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
        for (const connection of [near, far]) this.#open.add(connection);
        this.#pass(near, far);
        this.#pass(far, near);
      } catch {
        near.close(); // nobody listens there now
      }
    }
  }

  #pass(from: Deno.TcpConn, to: Deno.TcpConn): void {
    const end = (): void => {
      for (const connection of [from, to]) {
        this.#open.delete(connection);
        close(connection);
      }
    };
    from.readable.pipeTo(to.writable).then(end, end);
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
