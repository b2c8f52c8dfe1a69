/** Reads answers that may be of any size: they come from the network. */

/** An answer, or a line of it, is longer than the maximum. */
export class TooLongError extends Error {
  override readonly name = "TooLongError";
}

/**
 * Reads a whole answer as text.
 *
 * @param body What fetch gave.
 * @param most The maximum length, in UTF-16 units.
 * @param signal Ends the reading with an error. It is needed beside fetch's own, which may be collected as
 * garbage while an answer is read.
 * @throws {TooLongError} If it is longer.
 */
export async function readText(
  body: ReadableStream<Uint8Array> | null,
  most: number,
  signal: AbortSignal,
): Promise<string> {
  let text = "";
  if (body === null) return text;
  for await (const part of body.pipeThrough(new TextDecoderStream(), { signal })) {
    text += part;
    if (text.length > most) throw new TooLongError(`The answer is longer than ${most} characters`);
  }
  return text;
}

/**
 * Reads an endless answer line by line.
 *
 * @param body What fetch gave; it is cancelled when the reader stops.
 * @param most The maximum length of a line, in UTF-16 units.
 * @param signal Ends the reading with an error, as for {@linkcode readText}.
 * @returns The lines without their ends; empty ones are left out, and so is a last one that was cut short.
 * @throws {TooLongError} If a line is longer.
 */
export async function* readLines(
  body: ReadableStream<Uint8Array>,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let begun = "";
  for await (const part of body.pipeThrough(new TextDecoderStream(), { signal })) {
    const lines = (begun + part).split("\n");
    begun = lines.pop() ?? "";
    if (begun.length > most) throw new TooLongError(`A line of the answer is longer than ${most} characters`);
    for (const line of lines) if (line !== "") yield line;
  }
}
