import type { CodePurpose } from "../shared/messages.js";
import { type Life } from "./renewal.js";
import type { Context } from "./context.js";
import type { PendingLaunch } from "./options.js";
/** What an exchange gave: a launch token, or a code. */
export interface Exchanged extends Life {
    readonly value: string;
    readonly scope: string;
}
/**
 * Exchanges the host's access token for a launch token of an app's, or for a code (RFC 8693). `none` never asks and
 * takes what there is; `consent` asks again.
 *
 * @throws {@link ConsentRequired}, {@link PorticoError} `access_denied`, {@link SessionExpired}, {@link Unreachable};
 * {@link PorticoError} `invalid_target` where there is no such live app, `invalid_scope` beyond the manifest,
 * `not_signed_in`, and `invalid_consent_uri` when the page that asks is not one of the issuer's.
 */
export declare function exchange(host: Context, { appId, scope, theme, locale: ui_locales, sid }: PendingLaunch, prompt?: "none" | "consent", code?: CodePurpose | "login"): Promise<Exchanged>;
