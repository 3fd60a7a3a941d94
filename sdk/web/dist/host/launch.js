import { LOCALE, PATH, THEME } from "../shared/shape.js";
import { exactOrigin } from "../shared/origin.js";
import { openFrame } from "./frame.js";
import { PorticoError } from "../shared/errors.js";
import { openWebView } from "./web-view.js";
import { openMiniProgram } from "./mini-program.js";
import { exchange } from "./exchange.js";
export async function open(host, pending, { iframe, webView, container }, askAgain) {
    const origin = ownOrigin(host, pending);
    const { theme = host.theme, locale = host.locale, path = "", sid = host.tokens.session?.sid } = pending;
    const launch = { ...pending, theme, locale, path, sid };
    if (!PATH.test(path) || !LOCALE.test(locale) || !THEME.test(theme) || !(iframe ?? webView ?? container))
        throw new PorticoError("invalid_launch");
    const token = await exchange(host, launch, askAgain ? "consent" : undefined);
    ownOrigin(host, pending);
    const frame = webView ? undefined : (iframe ?? document.createElement("iframe"));
    const parent = frame?.parentNode ?? container;
    const next = frame?.nextSibling;
    for (const other of host.open)
        if (iframe && other.iframe === iframe)
            other.close();
    frame?.remove();
    const miniProgram = openMiniProgram(host, launch, origin, token, frame, (documents) => webView
        ? openWebView(webView, origin, launch.entry, documents)
        : openFrame(frame, !iframe, origin, launch.entry, documents));
    if (frame)
        parent?.insertBefore(frame, next);
    return miniProgram;
}
function ownOrigin({ open }, { appId, entry }) {
    const origin = exactOrigin(entry);
    if (origin === location.origin || [...open].some((other) => other.origin === origin && other.appId !== appId))
        throw new PorticoError("invalid_origin", entry);
    return origin;
}
