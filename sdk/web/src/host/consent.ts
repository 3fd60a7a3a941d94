import { union } from "../shared/scope.js";
import type { Context } from "./context.js";
import { ConsentRequired } from "./errors.js";
import { exchange, type Exchanged } from "./exchange.js";
import type { Launch } from "./mini-program.js";
import type { PendingLaunch } from "./options.js";
import { keep } from "./storage.js";

/** Where the launch is kept that waits while the person is at the consent page. */
export const PENDING = "launch";

/**
 * Has the person decide. Resolves once they have; never, when the page goes away for it.
 *
 * @throws `required`, when it is no {@link ConsentRequired}.
 */
export async function decided(host: Context, required: unknown, launch: PendingLaunch): Promise<void> {
  if (!(required instanceof ConsentRequired)) throw required;
  const { onConsentRequired } = host;
  if (onConsentRequired) return onConsentRequired(required);
  await keep(host, PENDING, launch);
  host.navigate(required.url);
  return new Promise(() => {});
}

/** Asks the person for `scope`, then exchanges as `launch` says. */
export async function ask(host: Context, launch: Launch, scope: string): Promise<Exchanged> {
  await exchange(host, { ...launch, scope: union("openid", scope) }, "consent").catch((error: unknown) =>
    decided(host, error, launch),
  );
  return exchange(host, launch, "none");
}
