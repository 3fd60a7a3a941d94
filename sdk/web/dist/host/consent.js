import { ConsentRequired } from "./errors.js";
import { keep, take } from "./storage.js";
const PENDING = "launch";
const tab = (host) => ({ ...host, storage: sessionStorage });
export const waiting = (host) => take(tab(host), PENDING);
export async function decided(host, required, launch) {
    if (!(required instanceof ConsentRequired))
        throw required;
    if (host.onConsentRequired)
        return host.onConsentRequired(required);
    await keep(tab(host), PENDING, launch);
    host.navigate(required.url);
    return new Promise(() => { });
}
