import { PorticoError, UnsupportedWebView } from "../errors";
import type { MiniProgramMessage } from "../messages/messages";
import { nativeBridge } from "../view/native";
import { Page, type PageDocument } from "./page";

let attachments = 0;

/** A WebView that the native module has taken, and the page in it. */
export interface Attached {
  readonly page: Page;
  /** Whether its storage is apart from that of every other profile; without, it is apart by origin. */
  readonly storageApart: boolean;
  /** Lets go of the WebView. */
  detach(): void;
}

/** What an {@link attach} is for. */
export interface Wanted {
  readonly appId: string;
  readonly origins: readonly string[];
  readonly profile: string;
  heard(message: MiniProgramMessage, document: PageDocument): void;
  /** The page wanted to go to `url`, which is not at one of its origins. */
  refused(url: string): void;
}

/**
 * Takes the WebView at or below the view `viewTag`, before it has loaded anything.
 *
 * @throws {@link UnsupportedWebView}; {@link PorticoError} `no_web_view`, `invalid_origin`.
 */
export async function attach(viewTag: number, wanted: Wanted): Promise<Attached> {
  const native = nativeBridge();
  const channel = `${wanted.appId}#${(attachments += 1)}`;
  const page = new Page(native, channel, wanted.origins, wanted.heard);
  const subscriptions = [
    native.onMessage((event) => {
      if (event.channel === channel) page.hear(event);
    }),
    native.onDocumentGone((event) => {
      if (event.channel === channel) page.gone(event.document);
    }),
    native.onNavigationRefused((event) => {
      if (event.channel === channel) wanted.refused(event.url);
    }),
  ];
  const silence = () => subscriptions.forEach((subscription) => subscription.remove());
  try {
    const { storageApart } = await native.attach(viewTag, channel, [...wanted.origins], wanted.profile);
    const detach = () => {
      silence();
      page.gone(Number.MAX_SAFE_INTEGER);
      try {
        native.detach(channel);
      } catch {
        // The WebView is not there any more, and so nothing to let go of.
      }
    };
    return { page, storageApart, detach };
  } catch (error) {
    silence();
    const code = codeOf(error);
    throw code === "unsupported_web_view" ? new UnsupportedWebView() : new PorticoError(code);
  }
}

/** React Native gives a native rejection's code in `code`. */
function codeOf(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  return typeof code === "string" && /^[a-z_]+$/.test(code) ? code : "no_web_view";
}
