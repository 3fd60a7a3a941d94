const browser = {
    fetch: (url, init) => globalThis.fetch(url, init),
    now: () => Date.now(),
    timer: (run, ms) => {
        const handle = setTimeout(run, ms);
        return () => clearTimeout(handle);
    },
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
};
export function environment(given = {}) {
    return { ...browser, ...given };
}
