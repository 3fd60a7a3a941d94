import { MIMEType } from "node:util";

import { values, type Answer, type Header, type Request } from "./message.js";
import type { Maps } from "./maps.js";
import { badAnswer, badRequest, wrongKind } from "./wrong.js";

/**
 * As what a body is looked into: a form of parts, by the boundary between them; `perhaps` is JSON if it looks like
 * it, by a type that back ends give to JSON too.
 */
export type Kind = "json" | "form" | "perhaps" | { readonly boundary: string };

/**
 * As what a request's body has to be looked into; undefined where it goes on as it comes. A request without a length
 * has no body, whatever type it names; one of length 0 has an empty one, which is no JSON.
 */
export function requestKind(maps: Maps, headers: Request["headers"], length: number | undefined): Kind | undefined {
  const { json, form } = maps.request;
  if (length === undefined || (!json && form.isEmpty)) return undefined;
  const [type, ...more] = values(headers, "content-type");
  if (type === undefined && length === 0) return undefined;
  const mime = more.length === 0 ? read(type) : undefined;
  if (!mime) throw wrongKind("the body must say that it is of a type in which OpenIDs are declared");
  const kind = knownKind(mime, json !== undefined, !form.isEmpty);
  const charset = mime.params.get("charset")?.toLowerCase();
  if (charset !== undefined && !["utf-8", "utf8", "us-ascii"].includes(charset)) {
    throw wrongKind("the body must be in UTF-8");
  }
  return kind;
}

function knownKind(mime: MIMEType, json: boolean, form: boolean): Kind {
  if (json && isJson(mime)) return "json";
  if (form && mime.essence === "application/x-www-form-urlencoded") return "form";
  if (form && mime.essence === "multipart/form-data") {
    const boundary = mime.params.get("boundary") ?? "";
    if (boundary === "" || boundary.length > 70) throw badRequest("the form has no boundary");
    return { boundary };
  }
  throw wrongKind("the body is of another type than those in which OpenIDs are declared");
}

/**
 * As what an answer's body has to be looked into; undefined where it goes out as it comes. `method` is that of the
 * request. JSON by the type of a page or a text, or by none, is JSON all the same.
 */
export function answerKind(maps: Maps, method: string, answer: Omit<Answer, "body">): "json" | "perhaps" | undefined {
  if (isBodiless(method, answer.status)) return undefined;
  const kind = kindByType(maps, answer.headers);
  if (kind && answer.status === 206) throw badAnswer("the answer is a part of a body in which OpenIDs may stand");
  return kind;
}

/** As what an answer's body would be looked into, if it had one. */
export function kindByType(maps: Maps, headers: readonly Header[]): "json" | "perhaps" | undefined {
  if (!maps.answer.json) return undefined;
  const [type, ...more] = values(headers, "content-type");
  if (more.length > 0) throw badAnswer("the answer has several types");
  const mime = read(type);
  if (!mime || ["text/html", "text/plain"].includes(mime.essence)) return "perhaps";
  return isJson(mime) ? "json" : undefined;
}

/** Whether an answer has no body, whatever its head says (RFC 9110 §6.4.1). */
export function isBodiless(method: string, status: number): boolean {
  return method === "HEAD" || status < 200 || status === 204 || status === 304;
}

/** The media type; undefined for none, and for one that is read by each back end in its own way. */
function read(type: string | undefined): MIMEType | undefined {
  if (type === undefined || (type.match(/(charset|boundary)\s*\*?\d*\*?\s*=/gi)?.length ?? 0) > 1) return undefined;
  try {
    return new MIMEType(type);
  } catch {
    return undefined;
  }
}

function isJson({ subtype }: MIMEType): boolean {
  return subtype === "json" || subtype.endsWith("+json");
}

/** The codings of a body, in the order in which they were applied (RFC 9110 §8.4). */
export function codings(headers: readonly Header[]): string[] {
  const tokens = values(headers, "content-encoding").flatMap((value) => value.split(","));
  return tokens.map((token) => token.trim().toLowerCase()).filter((token) => token !== "" && token !== "identity");
}
