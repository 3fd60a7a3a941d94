import { areUnderstood } from "../coding.js";
import { parametersOf, readMediaType, type MediaType } from "./media-type.js";
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
 *
 * A type that names a charset in which the declared fields would be others is refused wherever any are declared, body
 * or not: some back ends read the query in it too.
 */
export function requestKind(maps: Maps, headers: Request["headers"], length: number | undefined): Kind | undefined {
  const { json, form } = maps.request;
  const types = values(headers, "content-type");
  const charsets = json || !form.isEmpty ? PLAIN : OVER_ASCII;
  if (isAnyDeclared(maps) && !types.every((type) => isIn(type, charsets))) throw wrongKind("the body must be in UTF-8");
  if (length === undefined || (!json && form.isEmpty)) return undefined;
  const [type, ...more] = types;
  if (type === undefined && length === 0) return undefined;
  const mime = more.length === 0 ? read(type) : undefined;
  if (!mime) throw wrongKind("the body must say that it is of a type in which OpenIDs are declared");
  return knownKind(mime, json !== undefined, !form.isEmpty);
}

function isAnyDeclared({ request: { path, query, form, cookie, header, json } }: Maps): boolean {
  return path.length > 0 || json !== undefined || [query, form, cookie, header].some(({ isEmpty }) => !isEmpty);
}

/** Charsets in which every byte of ASCII is that letter, whatever stands before it. */
const PLAIN = /^(utf-?8|us-ascii|iso-8859-1|windows-1252)$/i;
/** Those in which a text of ASCII is the same: enough where nothing in bodies is looked for. */
const OVER_ASCII =
  /^(utf-?8|us-ascii|iso-8859-.*|windows-125.*|koi8-.*|gb2312|gbk|gb18030|big5.*|euc-.*|shift_jis)$/i;

/**
 * Whether this type names one of these charsets, or none. Of several some readers take the first, others the last, and
 * some look for the word alone: it may stand there once.
 */
function isIn(type: string, charsets: RegExp): boolean {
  const words = type.match(/charset/gi)?.length ?? 0;
  const mime = words === 1 ? readMediaType(type) : undefined;
  const [charset = ""] = mime ? parametersOf(mime, "charset") : [];
  return words === 0 || charsets.test(charset);
}

function knownKind(mime: MediaType, json: boolean, form: boolean): Kind {
  if (json && isJson(mime)) return "json";
  if (form && mime.essence === "application/x-www-form-urlencoded") return "form";
  if (form && mime.essence === "multipart/form-data") {
    const boundary = boundaryOf(mime);
    if (boundary === undefined) throw badRequest("the form has no boundary, or not one alone");
    return { boundary };
  }
  throw wrongKind("the body is of another type than those in which OpenIDs are declared");
}

/**
 * The boundary of a form of parts (RFC 2046 §5.1.1), where everybody finds the same: besides it and `charset` the type
 * says nothing, and it holds nothing at which a reader might end it.
 */
function boundaryOf(mime: MediaType): string | undefined {
  const [boundary = "", ...more] = parametersOf(mime, "boundary");
  const isAlone = more.length === 0 && mime.parameters.every(([name]) => ["boundary", "charset"].includes(name));
  return isAlone && /^[0-9A-Za-z_+.:=/?()-]{1,70}$/.test(boundary) ? boundary : undefined;
}

/**
 * As what an answer's body has to be looked into; undefined where it goes out as it comes. `method` is that of the
 * request. JSON by the type of a page or a text, or by none, is JSON all the same.
 */
export function answerKind(maps: Maps, method: string, answer: Omit<Answer, "body">): "json" | "perhaps" | undefined {
  if (isBodiless(method, answer.status)) return undefined;
  const kind = kindByType(maps, answer.headers);
  if (kind && answer.status === 206) throw badAnswer("the answer is a part of a body in which OpenIDs may stand");
  if (kind && !areUnderstood(codings(answer.headers))) {
    throw badAnswer("the answer is in a content coding that is not understood");
  }
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

/** The media type; undefined for none, and for one that cannot be read. */
function read(type: string | undefined): MediaType | undefined {
  return type === undefined ? undefined : readMediaType(type);
}

function isJson({ subtype }: MediaType): boolean {
  // What stands behind the last `+` is the subtype's suffix (RFC 6838 §4.2.8).
  return /^(x-)?json(\+[^+]*)?$|.\+json$/.test(subtype);
}

/** The codings of a body, in the order in which they were applied (RFC 9110 §8.4). */
export function codings(headers: readonly Header[]): string[] {
  const tokens = values(headers, "content-encoding").flatMap((value) => value.split(","));
  return tokens.map((token) => token.trim().toLowerCase()).filter((token) => token !== "" && token !== "identity");
}
