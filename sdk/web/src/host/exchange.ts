import { union } from "../shared/scope.js";
import type { CodePurpose } from "../shared/messages.js";
import { PorticoError } from "../shared/errors.js";
import { life, type Life } from "./renewal.js";
import type { Context } from "./context.js";
import { ConsentRequired } from "./errors.js";
import { refusal } from "../shared/request.js";
import type { PendingLaunch } from "./options.js";
import { fill, post } from "./issuer.js";

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
export function exchange(
  host: Context,
  { appId, scope, theme, locale: ui_locales, sid }: PendingLaunch,
  prompt?: "none" | "consent",
  code?: CodePurpose | "login",
): Promise<Exchanged> {
  return host.tokens.using(async (token) => {
    const asked = host.env.now();
    const form = {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: token,
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      audience: appId,
      // Without `openid` there may be nothing left that was granted, and no token opens nothing.
      scope: scope && union("openid", scope),
      prompt,
      requested_token_type: code && `urn:portico:token-type:${code}-code`,
    };
    const answer = await post(host, "token_endpoint", form, (body, status) => {
      if (body["error"] !== "consent_required") return refusal(body, status);
      const url = new URL(body["consent_uri"]!);
      if (url.origin !== new URL(host.issuer).origin) return new PorticoError("invalid_consent_uri");
      // The page knows three themes, and takes no other for any.
      fill(url.searchParams, { return_to: host.redirectUri, ui_locales, theme });
      return new ConsentRequired({
        appId,
        scope: body["scope"]!,
        request: body["consent_request"]!,
        url: url.href,
      });
    });
    return {
      value: answer["access_token"]!,
      scope: answer["scope"]!,
      ...life(asked, answer["expires_in"]),
    };
  }, /^invalid_(request|grant)$/, sid);
}
