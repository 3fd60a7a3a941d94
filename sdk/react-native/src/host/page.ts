import type { PageMessage, Spec } from "../spec/NativeMiniProgramBridge";
import {
  BRIDGE_VERSION,
  parseMiniProgramMessage,
  type Fields,
  type HostMessage,
  type MiniProgramMessage,
} from "../messages/messages";

/** What is read of a page at most, in UTF-16 code units. */
const LONGEST_TEXT = 65_536;

/** The message in what a page said; `null` for anything else, which is dropped. */
export function parseText(text: string): MiniProgramMessage | null {
  if (text.length > LONGEST_TEXT) return null;
  try {
    return parseMiniProgramMessage(JSON.parse(text));
  } catch {
    return null;
  }
}

/** One document in a WebView's main frame, since it first spoke. */
export interface PageDocument {
  readonly number: number;
  isReady: boolean;
}

const NOBODY: PageDocument = { number: 0, isReady: false };

/**
 * The page in a WebView. The native module tells which document speaks, and from where; this end hears only exact
 * origins, and speaks only to the newest document, once it has said `ready`.
 */
export class Page {
  readonly #native: Pick<Spec, "post">;
  readonly #channel: string;
  readonly #origins: readonly string[];
  readonly #heard: (message: MiniProgramMessage, document: PageDocument) => void;
  #document = NOBODY;
  #last = 0;

  constructor(
    native: Pick<Spec, "post">,
    channel: string,
    origins: readonly string[],
    heard: (message: MiniProgramMessage, document: PageDocument) => void,
  ) {
    this.#native = native;
    this.#channel = channel;
    this.#origins = origins;
    this.#heard = heard;
  }

  /** The document in the main frame, as of now. */
  get document(): PageDocument {
    return this.#document;
  }

  /** Takes what the native module passed on. */
  hear(event: PageMessage): void {
    if (!this.#origins.includes(event.origin) || event.document < this.#last) return;
    const message = parseText(event.text);
    if (message === null) return;
    if (event.document !== this.#document.number) {
      if (event.document === this.#last) return;
      this.#last = event.document;
      this.#document = { number: event.document, isReady: false };
    }
    if (message.type === "ready") this.#document.isReady = true;
    if (this.#document.isReady) this.#heard(message, this.#document);
  }

  /** That document is no longer the one in the main frame. */
  gone(number: number): void {
    this.#last = Math.max(this.#last, number);
    if (this.#document.number <= number) this.#document = NOBODY;
  }

  /**
   * Says something to `document`; nothing happens when it is not ready, or no longer the page's document. What the native
   * module does not take is as lost as what is said to a page that has gone: it keeps nobody else from hearing.
   */
  send<Type extends HostMessage["type"]>(document: PageDocument, type: Type, fields: Fields<HostMessage, Type>): void {
    if (document !== this.#document || !document.isReady) return;
    const text = JSON.stringify({ portico: BRIDGE_VERSION, type, ...fields });
    try {
      this.#native.post(this.#channel, document.number, text);
    } catch {
      // The WebView is not there any more.
    }
  }
}
