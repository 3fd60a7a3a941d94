import type { HostMessage, MiniProgramMessage } from "./messages.js";

/** The version that every message of the bridge carries in its `portico` field. */
export const BRIDGE_VERSION = 1;

/** The fields of one kind of message, each with what fits it as a whole; those ending in `?` may be missing. */
export type Shape = Readonly<Record<string, RegExp>>;

export const ID = /^[!-~]{1,64}$/;
export const SCOPE = /^(?=.{1,4096}$)[!#-[\]-~]+( [!#-[\]-~]+)*$/;
export const APP_ID = /^(?=.{1,255}$)[\w-]+(\.[\w-]+)+$/;
export const THEME = /^[a-z][a-z\d-]{0,31}$/;
export const LOCALE = /^(?=.{1,35}$)[a-z]{2,8}(-[a-z\d]{1,8})*$/i;
/** Relative: no scheme, no `//` at its start, no backslash, no space or control character. */
export const PATH = /^(?!\/\/|[a-z][a-z\d+.-]*:)[^\0- \\\x7f]{0,2048}$/i;
export const PURPOSE = /^phone$/;

/**
 * The message in `data`, without the fields that its shape does not know; `null` where it is none of `shapes`.
 */
export function read<Message extends HostMessage | MiniProgramMessage>(
  shapes: ReadonlyMap<unknown, Shape>,
  data: unknown,
): Message | null {
  // What it inherits is not part of it.
  const given: Record<string, unknown> = { ...(data as object) };
  const type = given["type"];
  const shape = shapes.get(type);
  if (!shape || given["portico"] !== BRIDGE_VERSION) return null;
  const known: Record<string, unknown> = { portico: BRIDGE_VERSION, type };
  for (const [name, pattern] of Object.entries(shape)) {
    const field = name.replace("?", "");
    const value = given[field];
    if (value === undefined && field !== name) continue;
    // The one number that is ever said.
    if (typeof value !== (field === "expiresIn" ? "number" : "string") || !pattern.test(value as string)) return null;
    known[field] = value;
  }
  return known as unknown as Message;
}
