import { View, type Heard } from "./view.js";

/**
 * An iframe: hears only its own window at `origin`, speaks only with that exact `targetOrigin`, and only to a document
 * that has said `ready`.
 */
export class Frame extends View {
  override readonly iframe: HTMLIFrameElement;
  readonly #container: HTMLElement | undefined;
  readonly #closed = new AbortController();

  /** Without an `iframe`, one is made at the end of `container`. */
  constructor(origin: string, iframe: HTMLIFrameElement | undefined, container: HTMLElement | undefined) {
    super(origin);
    this.iframe = iframe ?? document.createElement("iframe");
    this.#container = iframe ? undefined : container;
  }

  override open(entry: string, heard: Heard): void {
    const { iframe, origin } = this;
    let loaded = false;
    const onMessage = (event: MessageEvent<unknown>): void => {
      const { contentWindow } = iframe;
      if (!contentWindow || event.source !== contentWindow || event.origin !== origin) return;
      const before = this.say;
      this.hear(event.data, heard, (message) => contentWindow.postMessage(message, origin));
      if (before && before !== this.say) loaded = false;
    };
    // Every document loads once: a second load means that the frame has navigated.
    const onLoad = (): void => {
      if (loaded) this.say = null;
      loaded = true;
    };
    window.addEventListener("message", onMessage, this.#closed);
    iframe.addEventListener("load", onLoad, this.#closed);
    iframe.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms");
    iframe.referrerPolicy = "no-referrer";
    iframe.src = entry;
    this.#container?.append(iframe);
  }

  override close(): void {
    super.close();
    this.#closed.abort();
    if (this.#container) this.iframe.remove();
  }
}
