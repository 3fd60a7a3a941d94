import { PorticoError } from "../shared/errors.js";
export function consentRequest(required, page) {
    const url = new URL(required.consentUri);
    if (url.origin !== new URL(page.issuer).origin) {
        throw new PorticoError("invalid_consent_uri", `${url.origin} is not the issuer`);
    }
    url.searchParams.set("return_to", page.returnTo);
    url.searchParams.set("ui_locales", page.locale);
    url.searchParams.set("theme", page.theme);
    return { appId: required.appId, scope: required.scope, request: required.consentRequest, url: url.href };
}
