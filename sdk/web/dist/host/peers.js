export function peers(clientId) {
    const channel = new BroadcastChannel(`portico.${clientId}`);
    return {
        tell: (from, tokens) => channel.postMessage({ from, tokens }),
        listen: (heard) => {
            channel.onmessage = (event) => heard(event.data.from, event.data.tokens);
        },
        close: () => channel.close(),
    };
}
