/** The version that every message of the bridge carries in its `portico` field. */
export const BRIDGE_VERSION = 1;

/** A colour theme. `light` and `dark` are understood everywhere; a host may have names of its own. */
export type Theme = "light" | "dark" | (string & {});

/** Why a session ended, as far as a mini-program may know. */
export type EndReason = "signed_out" | "expired" | "revoked" | (string & {});

interface Envelope<Type extends string> {
  readonly portico: typeof BRIDGE_VERSION;
  readonly type: Type;
}

/**
 * Host → mini-program: the session begins, or begins anew. The answer to `ready`, and, with an `id`, the
 * answer to `request_permission`.
 */
export interface LaunchMessage extends Envelope<"launch"> {
  /** The `id` of the `request_permission` that this answers. */
  readonly id?: string;
  readonly miniProgramId: string;
  /** The launch token, a JWT (RFC 9068). */
  readonly token: string;
  /** What the token opens: scopes separated by one space. */
  readonly scope: string;
  /** Seconds that the token has left. */
  readonly expiresIn: number;
  readonly theme: Theme;
  /** A BCP 47 language tag. */
  readonly locale: string;
  /** Where in the mini-program to begin, relative to its entry; empty for the start page. */
  readonly path: string;
}

/** Host → mini-program: a younger token for the same session; with an `id`, the answer to `renew`. */
export interface TokenRenewedMessage extends Envelope<"token_renewed"> {
  readonly id?: string;
  readonly token: string;
  /** Seconds that the token has left. */
  readonly expiresIn: number;
}

/** Host → mini-program: the answer to `login`, a code for the mini-program's back end. */
export interface LoginCodeMessage extends Envelope<"login_code"> {
  readonly id: string;
  readonly code: string;
  /** Seconds within which the back end must redeem the code, once. */
  readonly expiresIn: number;
}

/** Host → mini-program: what was asked under this `id` failed. */
export interface ErrorMessage extends Envelope<"error"> {
  readonly id: string;
  /** A code in the manner of RFC 6749 §5.2, such as `access_denied` or `temporarily_unavailable`. */
  readonly error: string;
}

/** Host → mini-program: the person changed what this mini-program may see. */
export interface ConsentChangedMessage extends Envelope<"consent_changed"> {
  /** What is granted now. */
  readonly scope: string;
  /** What no longer is. */
  readonly removed: string;
}

/** Host → mini-program: the host looks different now. */
export interface ThemeChangedMessage extends Envelope<"theme_changed"> {
  readonly theme: Theme;
}

/** Host → mini-program: nothing may be done any more until a new `launch`. */
export interface SessionExpiredMessage extends Envelope<"session_expired"> {
  readonly reason: EndReason;
}

/** Mini-program → host: this document listens, and wants to be launched. */
export type ReadyMessage = Envelope<"ready">;

/** Mini-program → host: a younger token, please. */
export interface RenewMessage extends Envelope<"renew"> {
  readonly id: string;
}

/** Mini-program → host: a login code, please. */
export interface LoginMessage extends Envelope<"login"> {
  readonly id: string;
}

/** Mini-program → host: ask the person for this scope. */
export interface RequestPermissionMessage extends Envelope<"request_permission"> {
  readonly id: string;
  readonly scope: string;
}

/** Everything that a host may say. */
export type HostMessage =
  | LaunchMessage
  | TokenRenewedMessage
  | LoginCodeMessage
  | ErrorMessage
  | ConsentChangedMessage
  | ThemeChangedMessage
  | SessionExpiredMessage;

/** Everything that a mini-program may say. */
export type MiniProgramMessage = ReadyMessage | RenewMessage | LoginMessage | RequestPermissionMessage;

/** A message's own fields, without the envelope. */
export type Fields<Message extends HostMessage | MiniProgramMessage, Type extends Message["type"]> = Omit<
  Extract<Message, { type: Type }>,
  "portico" | "type"
>;

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const text =
  (most: number, pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && value.length <= most && pattern.test(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const id = text(64, /^[\x21-\x7e]+$/);
const scopeToken = "[\\x21\\x23-\\x5b\\x5d-\\x7e]+";
const scope = text(4096, new RegExp(`^${scopeToken}( ${scopeToken})*$`));
const scopeOrNone: Check = (value) => value === "" || scope(value);
const token = text(16384, /^[\w-]+\.[\w-]+\.[\w-]+$/);
const word = text(64, /^[a-z][a-z0-9_-]*$/);
const theme = text(32, /^[a-z][a-z0-9-]*$/);
const seconds: Check = (value) =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) <= 1800;
const path = text(2048, /^(?!\/\/|[a-z][a-z0-9+.-]*:)[^\\\x00-\x20\x7f]*$/i);

const fromHost: Readonly<Record<HostMessage["type"], Shape>> = {
  launch: {
    id: optional(id),
    miniProgramId: text(255, /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/),
    token,
    scope,
    expiresIn: seconds,
    theme,
    locale: text(35, /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/),
    path,
  },
  token_renewed: { id: optional(id), token, expiresIn: seconds },
  login_code: { id, code: text(1024, /^[\x21-\x7e]+$/), expiresIn: seconds },
  error: { id, error: word },
  consent_changed: { scope: scopeOrNone, removed: scopeOrNone },
  theme_changed: { theme },
  session_expired: { reason: word },
};

const fromMiniProgram: Readonly<Record<MiniProgramMessage["type"], Shape>> = {
  ready: {},
  renew: { id },
  login: { id },
  request_permission: { id, scope },
};

function parse(shapes: Readonly<Record<string, Shape>>, data: unknown): object | null {
  if (typeof data !== "object" || data === null) return null;
  const given = data as Record<string, unknown>;
  if (given["portico"] !== BRIDGE_VERSION || typeof given["type"] !== "string") return null;
  const shape = Object.hasOwn(shapes, given["type"]) ? shapes[given["type"]] : undefined;
  if (shape === undefined) return null;
  const known: Record<string, unknown> = { portico: BRIDGE_VERSION, type: given["type"] };
  for (const [field, check] of Object.entries(shape)) {
    const value = Object.hasOwn(given, field) ? given[field] : undefined;
    if (!check(value)) return null;
    if (value !== undefined) known[field] = value;
  }
  return known;
}

/**
 * Reads what a host said. Fields that this version does not know are left out.
 *
 * @returns `null` for anything that is not a well-formed message of a host; drop that silently.
 */
export function parseHostMessage(data: unknown): HostMessage | null {
  return parse(fromHost, data) as HostMessage | null;
}

/**
 * Reads what a mini-program said. Fields that this version does not know are left out.
 *
 * @returns `null` for anything that is not a well-formed message of a mini-program; drop that silently.
 */
export function parseMiniProgramMessage(data: unknown): MiniProgramMessage | null {
  return parse(fromMiniProgram, data) as MiniProgramMessage | null;
}
