import { AccessDenied, PorticoError, Unreachable } from "../errors";
import type { Environment, HttpAnswer, HttpRequest } from "./environment";
import { bare } from "./form";

/** A JSON object from the wire. */
export type Body = Readonly<Record<string, unknown>>;

/** @throws {@link Unreachable} when there is no answer, or one that asks to come back later (429, 5xx). */
export async function request(env: Environment, wanted: HttpRequest): Promise<HttpAnswer> {
  const at = bare(wanted.url);
  let answer: HttpAnswer;
  try {
    answer = await env.send(wanted);
  } catch {
    throw new Unreachable(`no answer from ${at}`);
  }
  if (answer.status !== 429 && answer.status < 500) return answer;
  const wait = Number(answer.header("retry-after") ?? NaN);
  throw new Unreachable(`${answer.status} from ${at}`, Number.isFinite(wait) ? wait : undefined);
}

/** The JSON object in `text`, or an empty one. */
export function jsonObject(text: string): Body {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as Body) : {};
  } catch {
    return {};
  }
}

/** The field `name` where it is a string, else the empty string. */
export function textField(body: Body, name: string): string {
  const value = body[name];
  return typeof value === "string" ? value : "";
}

export function isOk(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** The error behind an answer that is not 2xx (RFC 6749 §5.2, RFC 9457). */
export function refusal(status: number, body: Body): PorticoError {
  const code = textField(body, "error") || textField(body, "code") || `http_${status}`;
  const message = textField(body, "error_description") || textField(body, "detail") || code;
  return code === "access_denied" ? new AccessDenied(message) : new PorticoError(code, message);
}
