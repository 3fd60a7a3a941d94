import { exactOrigin } from "../shared/origin.js";
import { PorticoError } from "../shared/errors.js";
import {
  BRIDGE_VERSION,
  parseMiniProgramMessage,
  type Fields,
  type HostMessage,
  type MiniProgramMessage,
} from "../shared/messages.js";

/** One document in the frame, since it was first noticed. Replaced when the frame navigates. */
export interface FrameDocument {
  ready: boolean;
  loaded: boolean;
}

/**
 * An iframe, and the one origin that may be spoken to in it. Hears only the frame's own window at that origin,
 * speaks only with that exact `targetOrigin`, and only to a document that has said `ready`.
 */
export class Frame {
  readonly element: HTMLIFrameElement;
  readonly origin: string;
  readonly #heard: (message: MiniProgramMessage, document: FrameDocument) => void;
  readonly #owned: boolean;
  #document: FrameDocument = { ready: false, loaded: false };

  /** @throws {@link PorticoError} `invalid_origin` unless `entry` is https or loopback. */
  constructor(
    entry: string,
    place: { container?: HTMLElement; iframe?: HTMLIFrameElement },
    heard: (message: MiniProgramMessage, document: FrameDocument) => void,
  ) {
    this.origin = exactOrigin(entry);
    if (place.iframe === undefined && place.container === undefined)
      throw new PorticoError("invalid_place", "give container or iframe");
    this.element = place.iframe ?? document.createElement("iframe");
    this.#owned = place.iframe === undefined;
    this.#heard = heard;
    this.element.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms");
    this.element.referrerPolicy = "no-referrer";
    window.addEventListener("message", this.#onMessage);
    this.element.addEventListener("load", this.#onLoad);
    this.element.src = entry;
    if (this.#owned) place.container?.append(this.element);
  }

  /** The document in the frame, as of now. */
  get document(): FrameDocument {
    return this.#document;
  }

  /** Says something to `document`; nothing happens when it is not ready, or no longer the frame's document. */
  send<Type extends HostMessage["type"]>(
    document: FrameDocument,
    type: Type,
    fields: Fields<HostMessage, Type>,
  ): void {
    if (document !== this.#document || !document.ready) return;
    this.element.contentWindow?.postMessage({ portico: BRIDGE_VERSION, type, ...fields }, this.origin);
  }

  /** Stops listening; removes the iframe if it was made here. */
  close(): void {
    window.removeEventListener("message", this.#onMessage);
    this.element.removeEventListener("load", this.#onLoad);
    this.#document = { ready: false, loaded: false };
    if (this.#owned) this.element.remove();
  }

  readonly #onMessage = (event: MessageEvent<unknown>): void => {
    if (event.source === null || event.source !== this.element.contentWindow || event.origin !== this.origin)
      return;
    const message = parseMiniProgramMessage(event.data);
    if (message === null) return;
    if (message.type === "ready") {
      if (this.#document.ready) this.#document = { ready: true, loaded: false };
      else this.#document.ready = true;
    }
    if (this.#document.ready) this.#heard(message, this.#document);
  };

  /** Every document loads once: a second load means that the frame has navigated. */
  readonly #onLoad = (): void => {
    if (this.#document.loaded) this.#document = { ready: false, loaded: true };
    else this.#document.loaded = true;
  };
}
