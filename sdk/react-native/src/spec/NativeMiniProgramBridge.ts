import type { TurboModule } from "react-native";
import { TurboModuleRegistry } from "react-native";

import type { EventEmitter, Int32 } from "../view/codegen-types";

/** What attaching to a WebView came to. */
export type Attachment = {
  /** Whether this WebView's cookies and storage are apart from those of every other profile. */
  storageApart: boolean;
};

/** A text that a page gave to the object `portico`, once the platform has been asked where it comes from. */
export type PageMessage = {
  channel: string;
  /** Which document of this channel speaks: 1 is the first, and a number never comes back. */
  document: Int32;
  /** The sender's origin, as the platform names it. */
  origin: string;
  text: string;
};

/** The document is no longer the one in the main frame. */
export type DocumentGone = { channel: string; document: Int32 };

/** The main frame was about to leave its origins, and was kept from it. */
export type NavigationRefused = { channel: string; url: string };

/**
 * The bridge between a WebView's main frame and the app, and what JavaScript engines in apps lack: chance and
 * SHA-256 from the platform.
 */
export interface Spec extends TurboModule {
  /**
   * Takes the WebView at or below the view `viewTag`, before it has loaded anything: puts the object `portico` into
   * documents of exactly these origins, in the main frame only, and holds the main frame to them. Where the
   * platform can, the WebView gets the storage `profile`.
   *
   * Rejects with `no_web_view`, `invalid_origin` or `unsupported_web_view`; nothing is attached then.
   */
  attach(viewTag: Int32, channel: string, origins: Array<string>, profile: string): Promise<Attachment>;
  /** Takes the object away from the documents to come, and drops what the present one says. */
  detach(channel: string): void;
  /** Says `text` to that document, and to no other: nothing happens when it is gone. */
  post(channel: string, document: Int32, text: string): void;
  /** That many unpredictable bytes (1 to 1024) in base64url without padding. */
  randomBytes(count: Int32): string;
  /** SHA-256 of the text's UTF-8, in base64url without padding. */
  sha256(text: string): string;

  readonly onMessage: EventEmitter<PageMessage>;
  readonly onDocumentGone: EventEmitter<DocumentGone>;
  readonly onNavigationRefused: EventEmitter<NavigationRefused>;
}

export default TurboModuleRegistry.getEnforcing<Spec>("MiniProgramBridge");
