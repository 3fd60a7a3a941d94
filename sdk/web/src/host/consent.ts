import type { Context } from "./context.js";
import { ConsentRequired } from "./errors.js";
import type { PendingLaunch } from "./options.js";
import { keep, take, type Kept } from "./storage.js";

/** The launch that waits while the person is at the consent page is kept in this tab: it is no other's. */
const PENDING = "launch";
const tab = (host: Context): Kept => ({ ...host, storage: sessionStorage });

/** The launch that waited, once. */
export const waiting = (host: Context): Promise<PendingLaunch | null> => take(tab(host), PENDING);

/**
 * Has the person decide. Resolves once they have; never, when the page goes away for it.
 *
 * @throws `required`, when it is no {@link ConsentRequired}.
 */
export async function decided(host: Context, required: unknown, launch: PendingLaunch): Promise<void> {
  if (!(required instanceof ConsentRequired)) throw required;
  if (host.onConsentRequired) return host.onConsentRequired(required);
  await keep(tab(host), PENDING, launch);
  host.navigate(required.url);
  return new Promise(() => {});
}
