/** A page with frames, just real enough for the host half: put in place of the globals by {@link openPage}. */
class FakeFrame extends EventTarget {
  sent = [];
  contentWindow = { postMessage: (message, { targetOrigin: origin }) => this.sent.push({ message, origin }) };

  parentNode = null;
  nextSibling = null;

  /** Its document goes, and the next one is loaded where it is put. */
  remove() {
    this.leave();
    this.parentNode = null;
  }

  /** The frame's document says something; `ready` with a port of the document's own. */
  say(message, origin = new URL(this.src).origin, source = this.contentWindow) {
    this.#hand(message, origin, source, message.type === "ready" ? [this.#port(origin)] : []);
  }

  /** The same from a document that brings no port. */
  sayPlainly(message) {
    this.#hand(message, new URL(this.src).origin, this.contentWindow, []);
  }

  #hand(data, origin, source, ports) {
    globalThis.window.dispatchEvent(Object.assign(new Event("message"), { data, origin, source, ports }));
  }

  /** The way to a document, which ends with it. */
  #port(origin) {
    this.leave();
    let gone = false;
    const port = { postMessage: (message) => void (gone || this.sent.push({ message, origin })) };
    this.leave = () => void (gone = true);
    return port;
  }

  /** The document that said `ready` goes. */
  leave() {}

  /** A document has loaded. */
  load() {
    this.dispatchEvent(new Event("load"));
  }

  /** What was said to the document, by type. */
  heard(type) {
    return this.sent.map(({ message }) => message).filter((message) => message.type === type);
  }
}

/** An element that frames are put into. */
export class FakePlace {
  /** What was put here, and before what. */
  put = [];

  insertBefore(frame, next) {
    this.put.push([frame, next]);
    frame.parentNode = this;
  }
}

/** The page of a host at `href`, in a tab with this storage. */
export function openPage(href, storage) {
  globalThis.sessionStorage = storage;
  globalThis.window = new EventTarget();
  globalThis.location = new URL(href);
  globalThis.document = { createElement: () => new FakeFrame() };
  globalThis.history = {
    state: null,
    replaceState: (_state, _title, url) => (globalThis.location = new URL(url)),
  };
  return { container: new FakePlace() };
}
