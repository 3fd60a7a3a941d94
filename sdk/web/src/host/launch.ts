import { LOCALE, PATH, THEME } from "../shared/shape.js";
import { exactOrigin } from "../shared/origin.js";
import { openFrame } from "./frame.js";
import { PorticoError } from "../shared/errors.js";
import { openWebView } from "./web-view.js";
import { openMiniProgram, type MiniProgram } from "./mini-program.js";
import { exchange } from "./exchange.js";
import type { Context } from "./context.js";
import type { PendingLaunch, Place } from "./options.js";

/** Opens a mini-program; does not ask the person. */
export async function open(
  host: Context,
  pending: PendingLaunch,
  { iframe, webView, container }: Place,
  askAgain?: boolean,
): Promise<MiniProgram> {
  const origin = ownOrigin(host, pending);
  const { theme = host.theme, locale = host.locale, path = "", sid = host.tokens.session?.sid } = pending;
  const launch = { ...pending, theme, locale, path, sid };
  // It would wait in vain for a launch that it cannot understand, or in no place at all.
  if (!PATH.test(path) || !LOCALE.test(locale) || !THEME.test(theme) || !(iframe ?? webView ?? container))
    throw new PorticoError("invalid_launch");
  const token = await exchange(host, launch, askAgain ? "consent" : undefined);
  ownOrigin(host, pending);
  const frame = webView ? undefined : (iframe ?? document.createElement("iframe"));
  // The document that is there goes, even where the next one's address is the same but for its fragment.
  const parent = frame?.parentNode ?? container;
  const next = frame?.nextSibling as ChildNode | null;
  for (const other of host.open) if (iframe && other.iframe === iframe) other.close();
  frame?.remove();
  const miniProgram = openMiniProgram(host, launch, origin, token, frame, (documents) =>
    webView
      ? openWebView(webView, origin, launch.entry, documents)
      : openFrame(frame!, !iframe, origin, launch.entry, documents),
  );
  if (frame) parent?.insertBefore(frame, next);
  return miniProgram;
}

/** The entry's origin. Frames of one origin can read each other, so two mini-programs never share one. */
function ownOrigin({ open }: Context, { appId, entry }: PendingLaunch): string {
  const origin = exactOrigin(entry);
  if (origin === location.origin || [...open].some((other) => other.origin === origin && other.appId !== appId))
    throw new PorticoError("invalid_origin", entry);
  return origin;
}
