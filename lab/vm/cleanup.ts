/** Signals that end a program by default and can be caught. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What to undo if a signal comes now. */
const undos = new Set<() => void>();

/**
 * The listeners in place: only while there is something to undo, so that nobody's own handling is disturbed.
 */
const listeners = new Map<Deno.Signal, () => void>();

/**
 * Registers something to undo should a signal end this process. The signal is raised again afterwards, so
 * that the parent of this process sees what ended it.
 *
 * @param undo what to do; synchronous, for nothing else runs afterwards
 * @returns withdraws the registration, without calling `undo`
 */
export function onSignal(undo: () => void): () => void {
  undos.add(undo);
  if (listeners.size === 0) listen();
  return () => {
    undos.delete(undo);
    if (undos.size === 0) stopListening();
  };
}

function listen(): void {
  for (const signal of SIGNALS) {
    const listener = (): void => endBy(signal);
    listeners.set(signal, listener);
    Deno.addSignalListener(signal, listener);
  }
}

function stopListening(): void {
  for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  listeners.clear();
}

function endBy(signal: Deno.Signal): void {
  for (const undo of [...undos].reverse()) {
    try {
      undo();
    } catch (error) { // the others must have their turn
      Deno.stderr.writeSync(new TextEncoder().encode(`Cannot clean up after ${signal}: ${error}\n`));
    }
  }
  undos.clear();
  stopListening();
  Deno.kill(Deno.pid, signal);
}
