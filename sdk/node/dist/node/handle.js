import { Refused } from "../refused.js";
import { requestKind } from "../swap/kind.js";
import { without } from "../swap/message.js";
import { answerInstead, answerWith } from "./exits.js";
import { Body, bodyLength, dropTrailers, Gone, head, setHeaders } from "./incoming.js";
import { HeldAnswer } from "./outgoing.js";
import { permit } from "./permitted.js";
export async function handle(gateway, options, request, response, target) {
    const log = (refused) => options.onRefused?.(refused, request);
    try {
        return await swap(gateway, log, request, response, target);
    }
    catch (error) {
        if (error instanceof Gone)
            return undefined;
        if (!(error instanceof Refused))
            throw error;
        log(error);
        if (!request.complete)
            response.shouldKeepAlive = false;
        answerWith(response, error);
        return undefined;
    }
}
async function swap(gateway, log, request, response, target) {
    if (request.httpVersionMajor > 1)
        throw new Error("HTTP/2 is not understood here: put a proxy in front that ends it");
    const received = head(request, target);
    const way = gateway.way(received);
    permit(response, way.scripts);
    const preflight = way.scripts.preflight(received);
    if (preflight) {
        answerInstead(response, { status: 204, headers: preflight });
        return undefined;
    }
    const admitted = await way.admit();
    const { route } = admitted;
    const length = bodyLength(request);
    const kind = requestKind(route.maps, received.headers, length);
    const headers = without(admitted.headers(), "trailer");
    const taken = kind !== undefined && length !== 0 ? new Body(request) : undefined;
    const body = taken ? await taken.take(route.bodyLimit) : length === 0 ? Buffer.alloc(0) : undefined;
    const swapped = await admitted.request({ ...received, headers, body });
    const goesOn = taken && (swapped.body ?? body);
    if (goesOn)
        taken.put(goesOn);
    dropTrailers(request);
    setHeaders(request, goesOn ? measured(swapped.headers, goesOn) : swapped.headers);
    HeldAnswer.install(response, admitted, received.method, log);
    return swapped.target;
}
function measured(headers, body) {
    const rest = without(headers, "content-length", "transfer-encoding");
    return [...rest, ["Content-Length", String(body.length)]];
}
