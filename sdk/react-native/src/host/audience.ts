import type { EndReason, Fields, HostMessage } from "../messages/messages";
import type { Attached } from "./attachment";
import type { PageDocument } from "./page";

/** Who listens to a mini-program's host: the WebView that shows it, if any, and what its document has been told. */
export class Audience {
  #attached: Attached | null = null;
  /** The document that has had its launch, since it last said `ready`. */
  #launched: PageDocument | null = null;
  /** The document that was told of the end in place of a launch: its page has given up. */
  #deaf: PageDocument | null = null;
  #waiting: PageDocument | null = null;
  #isOver = false;

  /** The WebView. */
  get attached(): Attached | null {
    return this.#attached;
  }

  /** The document that can be spoken to. */
  get document(): PageDocument | null {
    const document = this.#attached?.page.document;
    return document?.isReady ? document : null;
  }

  /** Whether the page that is there was told of the end before it was launched, and listens no more. */
  get hasGivenUp(): boolean {
    return this.document !== null && this.document === this.#deaf;
  }

  /** Whether the page that is there has not been answered, see {@link Audience.wait}. */
  get isWaiting(): boolean {
    return this.document !== null && this.document === this.#waiting;
  }

  /** Whether that document has had its launch. */
  isLaunched(document: PageDocument): boolean {
    return this.#launched === document;
  }

  /** This WebView shows it from now on; that before is let go. */
  take(attached: Attached): void {
    this.release();
    this.#attached = attached;
  }

  /** Lets go of the WebView. */
  release(): void {
    const attached = this.#attached;
    this.#attached = null;
    attached?.detach();
  }

  /** The page said `ready`: it has had nothing yet. */
  begin(): void {
    this.#launched = this.#deaf = this.#waiting = null;
    this.#isOver = false;
  }

  /** The page is to be answered when it is known what comes of a launch that is under way. */
  wait(): void {
    this.#waiting = this.document;
  }

  /** Launches `document`, where it is still there; says whether it was. */
  launch(document: PageDocument, fields: Fields<HostMessage, "launch">): boolean {
    if (document !== this.document) return false;
    this.#isOver = false;
    this.send(document, "launch", fields);
    this.#launched = document;
    return true;
  }

  /** Says something to `document`, where it is still there, and has not been told of the end. */
  send<Type extends HostMessage["type"]>(document: PageDocument, type: Type, fields: Fields<HostMessage, Type>): void {
    if (!this.#isOver) this.#attached?.page.send(document, type, fields);
  }

  /** Tells whoever is there the news. */
  tell<Type extends HostMessage["type"]>(type: Type, fields: Fields<HostMessage, Type>): void {
    const { document } = this;
    if (document !== null) this.#attached?.page.send(document, type, fields);
  }

  /** Tells whoever is there that the session is over. */
  end(reason: EndReason): void {
    if (this.document !== this.#launched) this.#deaf = this.document;
    this.#waiting = null;
    this.#isOver = true;
    this.tell("session_expired", { reason });
  }
}
