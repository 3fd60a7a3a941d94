export function openFrame(iframe, made, origin, entry, { hear, gone }) {
    const closed = new AbortController();
    let left = 0;
    const onMessage = ({ source, origin: from, data, ports: [port] }) => {
        if (!source || source !== iframe.contentWindow || from !== origin)
            return;
        const post = (message) => (port ?? source).postMessage(message, { targetOrigin: origin });
        if (!hear(data, post))
            return;
        left = port ? 1 : 0;
    };
    window.addEventListener("message", onMessage, closed);
    iframe.addEventListener("load", () => left-- || gone(), closed);
    iframe.sandbox = "allow-scripts allow-same-origin allow-forms";
    iframe.referrerPolicy = "no-referrer";
    iframe.src = entry;
    return () => {
        closed.abort();
        if (made)
            iframe.remove();
    };
}
