import { parsed } from "../shared/text.js";
export function openWebView(webView, origin, entry, { hear, gone }) {
    let last;
    webView.onmessage = ({ data, origin: from, source }) => {
        if (from !== origin)
            return;
        if (source !== last)
            gone();
        last = source;
        hear(parsed(data), (message) => source.postMessage(JSON.stringify(message)));
    };
    webView.load(entry);
    return () => {
        webView.onmessage = null;
    };
}
