import { PorticoError, type ConsentRequired } from "../errors";
import { withQuery } from "../net/form";
import type { Issuer } from "../net/issuer";
import { textField, type Body } from "../net/request";

/** A question to the person, as {@link HostOptions.onConsentRequired} is given it. */
export interface ConsentRequest {
  /** The mini-program that asks. */
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
  /** Aborted when the session ends, or the host is disposed of, before they have answered: take the question away. */
  readonly signal: AbortSignal;
}

/** @throws {@link PorticoError} `invalid_consent_uri` when the page is not one of the issuer's. */
export function consentRequest(
  required: ConsentRequired,
  issuer: Issuer,
  page: { readonly returnTo: string; readonly theme: string; readonly locale: string },
  signal: AbortSignal,
): ConsentRequest {
  if (!issuer.owns(required.consentUri))
    throw new PorticoError("invalid_consent_uri", "the consent page is not the issuer's");
  const url = withQuery(required.consentUri, {
    return_to: page.returnTo,
    ui_locales: page.locale,
    theme: page.theme,
  });
  return { appId: required.appId, scope: required.scope, request: required.consentRequest, url, signal };
}

/** One permission that a person is asked for, in the words of their language. */
export interface ConsentPermission {
  /** The scope's name, for {@link PorticoHost.decide}. */
  readonly scope: string;
  /** What it opens, in a few words. */
  readonly title: string;
  /** What it opens, in a sentence. */
  readonly description: string;
  /** Why the mini-program wants it, in its own words. */
  readonly reason: string;
  /** Whether the mini-program cannot be opened without. */
  readonly isRequired: boolean;
  /** Whether it deserves a second look. */
  readonly isSensitive: boolean;
}

/** What a consent request asks (`GET /v1/consents/{request}`), for apps that draw their own page. */
export interface ConsentQuestion {
  /** The mini-program that asks. */
  readonly appId: string;
  /** What it is called. */
  readonly name: string;
  /** Addresses of the mini-program's icons. */
  readonly icons: readonly string[];
  /** What it asks for, in the manifest's order. */
  readonly permissions: readonly ConsentPermission[];
}

/** Reads the server's answer; what is not there is empty. */
export function consentQuestion(body: Body): ConsentQuestion {
  const app = object(body["app"]);
  return {
    appId: textField(app, "app_id"),
    name: textField(app, "name"),
    icons: list(app["icons"]).map((icon) => textField(icon, "src")),
    permissions: list(body["permissions"]).map((permission) => ({
      scope: textField(permission, "scope"),
      title: textField(permission, "title"),
      description: textField(permission, "description"),
      reason: textField(permission, "reason"),
      isRequired: permission["required"] === true,
      isSensitive: permission["sensitive"] === true,
    })),
  };
}

function object(value: unknown): Body {
  return typeof value === "object" && value !== null ? (value as Body) : {};
}

function list(value: unknown): readonly Body[] {
  return Array.isArray(value) ? value.map(object) : [];
}
