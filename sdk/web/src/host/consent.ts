import { PorticoError } from "../shared/errors.js";
import type { ConsentRequired } from "./errors.js";

/** A question to the person, as {@link HostOptions.onConsentRequired} is given it. */
export interface ConsentRequest {
  readonly appId: string;
  /** The scopes that have never been decided. */
  readonly scope: string;
  /** The request's id, for {@link PorticoHost.consent} and {@link PorticoHost.decide}. */
  readonly request: string;
  /**
   * The page that asks, complete with `return_to` (the host's redirect URI), language and theme. It opens once,
   * within ten minutes, as a top-level page, and ends at the redirect URI with `consent=done` or
   * `consent=expired`.
   */
  readonly url: string;
}

/** How the consent page is to look, and where it ends. */
export interface ConsentPage {
  readonly issuer: string;
  readonly returnTo: string;
  readonly theme: string;
  readonly locale: string;
}

/**
 * @throws {@link PorticoError} `invalid_consent_uri` when the page is not one of the issuer's.
 */
export function consentRequest(required: ConsentRequired, page: ConsentPage): ConsentRequest {
  const url = new URL(required.consentUri);
  if (url.origin !== new URL(page.issuer).origin) {
    throw new PorticoError("invalid_consent_uri", `${url.origin} is not the issuer`);
  }
  url.searchParams.set("return_to", page.returnTo);
  url.searchParams.set("ui_locales", page.locale);
  url.searchParams.set("theme", page.theme);
  return { appId: required.appId, scope: required.scope, request: required.consentRequest, url: url.href };
}
