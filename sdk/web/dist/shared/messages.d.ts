import type { BRIDGE_VERSION } from "./shape.js";
/** A colour theme. `light` and `dark` are understood everywhere; a host may have names of its own. */
export type Theme = "light" | "dark" | (string & {});
/** Why a session ended, as far as a mini-program may know. */
export type EndReason = "signed_out" | "expired" | "revoked" | (string & {});
/** What every message carries. */
export interface Envelope<Type extends string> {
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
/** What a code from the host is for, where it is not a log-in: the person's phone number. */
export type CodePurpose = "phone";
/** Host → mini-program: the answer to `login`, a code for the mini-program's back end. */
export interface LoginCodeMessage extends Envelope<"login_code"> {
    readonly id: string;
    /** As in the question. */
    readonly purpose?: CodePurpose;
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
/** Mini-program → host: a login code, please, or one for the phone number. */
export interface LoginMessage extends Envelope<"login"> {
    readonly id: string;
    readonly purpose?: CodePurpose;
}
/** Mini-program → host: ask the person for this scope. */
export interface RequestPermissionMessage extends Envelope<"request_permission"> {
    readonly id: string;
    readonly scope: string;
}
/** Everything that a host may say. */
export type HostMessage = LaunchMessage | TokenRenewedMessage | LoginCodeMessage | ErrorMessage | ConsentChangedMessage | ThemeChangedMessage | SessionExpiredMessage;
/** Everything that a mini-program may say. */
export type MiniProgramMessage = ReadyMessage | RenewMessage | LoginMessage | RequestPermissionMessage;
/** A message's own fields, without the envelope. */
export type Fields<Message extends HostMessage | MiniProgramMessage, Type extends Message["type"]> = Omit<Extract<Message, {
    type: Type;
}>, "portico" | "type">;
export { BRIDGE_VERSION } from "./shape.js";
export { parseHostMessage } from "./from-host.js";
export { parseMiniProgramMessage } from "./from-mini-program.js";
