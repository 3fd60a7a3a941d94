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
export declare function consentRequest(required: ConsentRequired, page: ConsentPage): ConsentRequest;
