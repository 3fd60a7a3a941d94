const at = (request) => `/v1/consents/${encodeURIComponent(request)}`;
export async function read(host, request) {
    return (await host.fetch(at(request))).json();
}
export async function decide(host, request, decision) {
    await host.fetch(at(request), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(decision),
    });
}
