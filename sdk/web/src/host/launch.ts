import { PorticoError } from "../shared/errors.js";
import { exactOrigin } from "../shared/origin.js";
import type { Context } from "./context.js";
import { exchange } from "./exchange.js";
import { Frame } from "./frame.js";
import { MiniProgram } from "./mini-program.js";
import type { PendingLaunch, Place } from "./options.js";
import { WebViewView } from "./web-view.js";

/** Opens a mini-program; does not ask the person. */
export async function open(
  host: Context,
  pending: PendingLaunch,
  { iframe, webView, container }: Place,
  askAgain?: boolean,
): Promise<MiniProgram> {
  const origin = ownOrigin(host, pending);
  const { theme = host.theme, locale = host.locale, path = "" } = pending;
  const launch = { ...pending, theme, locale, path };
  if (new URL(path, launch.entry).origin !== origin) throw new PorticoError("invalid_launch", path);
  const token = await exchange(host, launch, askAgain ? "consent" : undefined);
  ownOrigin(host, pending);
  for (const other of host.open) if (iframe && other.iframe === iframe) other.close();
  const view = webView ? new WebViewView(origin, webView) : new Frame(origin, iframe, container);
  return new MiniProgram(host, launch, view, token);
}

/** The entry's origin. Frames of one origin can read each other, so two mini-programs never share one. */
function ownOrigin({ open }: Context, { appId, entry }: PendingLaunch): string {
  const origin = exactOrigin(entry);
  if (origin === location.origin || [...open].some((other) => other.origin === origin && other.appId !== appId))
    throw new PorticoError("invalid_origin", entry);
  return origin;
}
