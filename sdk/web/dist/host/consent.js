import { union } from "../shared/scope.js";
import { ConsentRequired } from "./errors.js";
import { exchange } from "./exchange.js";
import { keep } from "./storage.js";
export const PENDING = "launch";
export async function decided(host, required, launch) {
    if (!(required instanceof ConsentRequired))
        throw required;
    const { onConsentRequired } = host;
    if (onConsentRequired)
        return onConsentRequired(required);
    await keep(host, PENDING, launch);
    host.navigate(required.url);
    return new Promise(() => { });
}
export async function ask(host, launch, scope) {
    await exchange(host, { ...launch, scope: union("openid", scope) }, "consent").catch((error) => decided(host, error, launch));
    return exchange(host, launch, "none");
}
