import { PorticoError, type ConsentRequired } from "../errors";
import { withQuery } from "../net/form";
import type { Issuer } from "../net/issuer";

/** A question to the person, as {@link HostOptions.onConsentRequired} is given it. */
export interface ConsentRequest {
  readonly appId: string;
  /** The scopes that have never been decided. */
  readonly scope: string;
  /** The request's id, for {@link PorticoHost.consent} and {@link PorticoHost.decide}. */
  readonly request: string;
  /**
   * The page that asks, complete with `return_to` (the host's redirect URI), language and theme. It opens once, within
   * ten minutes, in the system's browser, and ends at the redirect URI with `consent=done` or `consent=expired`.
   */
  readonly url: string;
}

/** @throws {@link PorticoError} `invalid_consent_uri` when the page is not one of the issuer's. */
export function consentRequest(
  required: ConsentRequired,
  issuer: Issuer,
  page: { readonly returnTo: string; readonly theme: string; readonly locale: string },
): ConsentRequest {
  if (!issuer.owns(required.consentUri))
    throw new PorticoError("invalid_consent_uri", "the consent page is not the issuer's");
  const url = withQuery(required.consentUri, {
    return_to: page.returnTo,
    ui_locales: page.locale,
    theme: page.theme,
  });
  return { appId: required.appId, scope: required.scope, request: required.consentRequest, url };
}
