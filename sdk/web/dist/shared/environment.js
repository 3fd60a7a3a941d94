export const browser = {
    fetch: (url, init) => fetch(url, init),
    now: Date.now,
    timer: (run, ms) => clearTimeout.bind(null, setTimeout(run, ms)),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
};
