import { View } from "./view.js";
export class Frame extends View {
    #container;
    #closed = new AbortController();
    constructor(origin, iframe, container) {
        super(origin);
        this.iframe = iframe ?? document.createElement("iframe");
        this.#container = iframe ? undefined : container;
    }
    open(entry, heard) {
        const { iframe, origin } = this;
        let loaded = false;
        const onMessage = (event) => {
            const { contentWindow } = iframe;
            if (!contentWindow || event.source !== contentWindow || event.origin !== origin)
                return;
            const before = this.say;
            this.hear(event.data, heard, (message) => contentWindow.postMessage(message, origin));
            if (before && before !== this.say)
                loaded = false;
        };
        const onLoad = () => {
            if (loaded)
                this.say = null;
            loaded = true;
        };
        window.addEventListener("message", onMessage, this.#closed);
        iframe.addEventListener("load", onLoad, this.#closed);
        iframe.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms");
        iframe.referrerPolicy = "no-referrer";
        iframe.src = entry;
        this.#container?.append(iframe);
    }
    close() {
        super.close();
        this.#closed.abort();
        if (this.#container)
            this.iframe.remove();
    }
}
