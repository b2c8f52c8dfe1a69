/** What an API server says when it refuses. */
import * as v from "valibot";
import { quote } from "../base/log/quote.ts";

/** The parts of a refusal. */
interface Refusal {
  /** HTTP's. */
  readonly status: number;
  /** Kubernetes' word for programs, for example `AlreadyExists`; empty: none. */
  readonly reason?: string;
  /** When the server wants to be asked again; null: it does not say. */
  readonly retryAfterMs?: number | null;
}

/** The API server refused. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly reason: string;
  readonly retryAfterMs: number | null;

  constructor(message: string, { status, reason = "", retryAfterMs = null }: Refusal) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

const MAX_MESSAGE = 300;
const MAX_RETRY_AFTER_S = 600;

/** metav1.Status, as far as it is read. */
const STATUS = v.object({
  message: v.optional(v.string(), ""),
  reason: v.optional(v.string(), ""),
  code: v.optional(v.number()),
});

/** There is no such object. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** There is an object of that name already. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === "AlreadyExists";
}

/** The object was changed meanwhile, or a field belongs to another field manager. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason !== "AlreadyExists";
}

/** The server has forgotten a resourceVersion, or a list's next page. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 410;
}

/** When the server wants to be asked again; null: it does not say. */
export function retryAfterMs(error: unknown): number | null {
  return error instanceof ApiError ? error.retryAfterMs : null;
}

/**
 * An error from an answer. Its text is quoted: it may hold anything.
 *
 * @param what For example `GET /api/v1/pods`.
 */
export function refusal(what: string, response: Response, text: string): ApiError {
  const { status } = response;
  const seconds = Number(response.headers.get("retry-after") ?? "");
  const retryAfterMs = seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER_S) * 1000 : null;
  const said = readStatus(text);
  const message = `${what}: ${status}: ${quote(said?.message || text, MAX_MESSAGE)}`;
  return new ApiError(message, { status, reason: said?.reason ?? "", retryAfterMs });
}

/** An error that came in a watch: `{"type":"ERROR","object":{"kind":"Status",…}}`. */
export function watchRefusal(path: string, status: unknown): ApiError {
  const read = v.safeParse(STATUS, status);
  const { message, reason, code = 500 } = read.success ? read.output : { message: "", reason: "" };
  return new ApiError(`watch ${path}: ${code}: ${quote(message, MAX_MESSAGE)}`, { status: code, reason });
}

function readStatus(text: string): v.InferOutput<typeof STATUS> | null {
  try {
    return v.parse(STATUS, JSON.parse(text));
  } catch {
    return null; // not a Status: the text itself has to do
  }
}
