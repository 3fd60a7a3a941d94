/** A page with frames, just real enough for the host half: put in place of the globals by {@link openPage}. */
class FakeFrame extends EventTarget {
  attributes = {};
  sent = [];
  contentWindow = { postMessage: (message, origin) => this.sent.push({ message, origin }) };

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  remove() {}

  /** The frame's document says something. */
  say(message, origin = new URL(this.src).origin, source = this.contentWindow) {
    globalThis.window.dispatchEvent(Object.assign(new Event("message"), { data: message, origin, source }));
  }

  load() {
    this.dispatchEvent(new Event("load"));
  }

  /** What was said to the document, by type. */
  heard(type) {
    return this.sent.map(({ message }) => message).filter((message) => message.type === type);
  }
}

/** The page of a host at `href`; its frames are made by `container`. */
export function openPage(href) {
  globalThis.window = new EventTarget();
  globalThis.location = new URL(href);
  globalThis.document = { createElement: () => new FakeFrame() };
  globalThis.history = {
    state: null,
    replaceState: (_state, _title, url) => (globalThis.location = new URL(url)),
  };
  return { container: { append() {} } };
}
