import { parsed } from "../shared/text.js";
import { View } from "./view.js";
export class WebViewView extends View {
    #webView;
    constructor(origin, webView) {
        super(origin);
        this.#webView = webView;
    }
    open(entry, heard) {
        let last;
        this.#webView.onmessage = ({ data, origin, source }) => {
            if (origin !== this.origin)
                return;
            if (source !== last)
                this.say = null;
            last = source;
            this.hear(parsed(data), heard, (message) => source.postMessage(JSON.stringify(message)));
        };
        this.#webView.load(entry);
    }
    close() {
        super.close();
        this.#webView.onmessage = null;
    }
}
