// The native module `MiniProgramBridge` over a WebView that a test drives. It holds to what the native ones hold to:
// documents are numbered, what is said to one that is gone is lost.

import { createHash, randomBytes } from "node:crypto";

import type { Spec } from "../../src/spec/NativeMiniProgramBridge";

type Message = Readonly<Record<string, unknown>> & { readonly type: string };

/** A document in a WebView's main frame. */
export class FakeDocument {
  readonly heard: Message[] = [];
  /** Where a test has a real page: is given every text. */
  onText: ((text: string) => void) | null = null;
  readonly #view: FakeWebView;
  readonly number: number;
  readonly origin: string;

  constructor(view: FakeWebView, number: number, origin: string) {
    this.#view = view;
    this.number = number;
    this.origin = origin;
  }

  /** The page's script says something; `origin` is what the platform takes it to be at. */
  say(message: unknown, origin = this.origin): void {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    fakeBridge.emit("onMessage", { channel: this.#view.channel, document: this.number, origin, text });
  }

  /** As a page that is written with the mini-program's half. */
  ready(): void {
    this.say({ portico: 1, type: "ready" });
  }

  of(type: string): Message[] {
    return this.heard.filter((message) => message.type === type);
  }
}

/** What the native module knows of a WebView. */
export class FakeWebView {
  isAttached = true;
  readonly tag: number;
  readonly channel: string;
  readonly origins: readonly string[];
  readonly profile: string;
  #document: FakeDocument | null = null;
  #count = 0;

  constructor(tag: number, channel: string, origins: readonly string[], profile: string) {
    this.tag = tag;
    this.channel = channel;
    this.origins = origins;
    this.profile = profile;
  }

  /** A new document in the main frame; the one before is gone. */
  load(origin = this.origins[0] ?? ""): FakeDocument {
    const before = this.#document;
    if (before !== null) fakeBridge.emit("onDocumentGone", { channel: this.channel, document: before.number });
    this.#document = new FakeDocument(this, (this.#count += 1), origin);
    return this.#document;
  }

  refuse(url: string): void {
    fakeBridge.emit("onNavigationRefused", { channel: this.channel, url });
  }

  post(document: number, text: string): void {
    if (!this.isAttached || this.#document?.number !== document) return;
    this.#document.heard.push(JSON.parse(text));
    this.#document.onText?.(text);
  }
}

type Events = {
  [Name in "onMessage" | "onDocumentGone" | "onNavigationRefused"]: Parameters<Parameters<Spec[Name]>[0]>[0];
};

class FakeBridge {
  /** Every WebView that was attached, oldest first. */
  readonly views: FakeWebView[] = [];
  /** Set to a code that `attach` is refused with. */
  refusal: string | null = null;
  readonly #listeners = new Map<string, Set<(event: never) => void>>();

  get view(): FakeWebView {
    const view = this.views.at(-1);
    if (view === undefined) throw new Error("nothing has been attached");
    return view;
  }

  attach = async (tag: number, channel: string, origins: string[], profile: string) => {
    if (this.refusal !== null) throw Object.assign(new Error("refused"), { code: this.refusal });
    this.views.push(new FakeWebView(tag, channel, origins, profile));
    return { storageApart: true };
  };

  detach = (channel: string) => {
    for (const view of this.views) if (view.channel === channel) view.isAttached = false;
  };

  post = (channel: string, document: number, text: string) => {
    this.views.find((view) => view.channel === channel)?.post(document, text);
  };

  randomBytes = (count: number) => randomBytes(count).toString("base64url");
  sha256 = (text: string) => createHash("sha256").update(text).digest("base64url");
  onMessage = this.#emitter("onMessage");
  onDocumentGone = this.#emitter("onDocumentGone");
  onNavigationRefused = this.#emitter("onNavigationRefused");

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) (listener as (event: Events[Name]) => void)(event);
  }

  listeners(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  #emitter<Name extends keyof Events>(name: Name) {
    return (listener: (event: Events[Name]) => void | Promise<void>) => {
      const set = this.#listeners.get(name) ?? new Set();
      this.#listeners.set(name, set.add(listener));
      return { remove: () => void set.delete(listener) };
    };
  }
}

export const fakeBridge = new FakeBridge();

// That it has all of the module's methods and events, with their types.
fakeBridge satisfies Pick<Spec, "attach" | "detach" | "post" | "randomBytes" | "sha256"> &
  Record<keyof Events, unknown>;
