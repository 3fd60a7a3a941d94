import { areUnderstood, pack, unpack, Unreadable } from "./coding.js";
import { FoundInAnswer } from "./swap/answer.js";
import { answerKind, codings, requestKind } from "./swap/kind.js";
import { FoundInRequest } from "./swap/request.js";
import { badAnswer, badRequest, tooLarge, wrongKind } from "./swap/wrong.js";
import { holdsToken } from "./withhold.js";
const NOTHING = Buffer.alloc(0);
export async function swapRequest(route, request, own, asked) {
    const kind = requestKind(route.maps, request.headers, request.body?.length);
    const packings = kind === undefined ? [] : codings(request.headers);
    if (!areUnderstood(packings))
        throw wrongKind("the body is in another content coding than gzip and br");
    const packed = kind === undefined ? NOTHING : (request.body ?? NOTHING);
    const body = await unpacked(packings, packed, route.bodyLimit, (isLong) => isLong ? tooLarge() : badRequest("the body is not what its Content-Encoding says"));
    const found = new FoundInRequest(route, request, kind, body, packings.length > 0);
    if (asked.withheld !== undefined && holdsToken(body, asked.withheld)) {
        throw badRequest("The token does not belong into the body.");
    }
    const known = await asked.counterparts(found.others(own));
    const caller = asked.caller();
    const says = route.inject.some(({ says }) => says.kind === "unionId");
    const unionId = says ? await asked.unionId() : undefined;
    return found.swapped(caller, known, { openId: caller?.there, unionId });
}
export async function swapAnswer(route, method, answer, asked) {
    const kind = answerKind(route.maps, method, answer);
    const packed = kind === undefined ? NOTHING : (answer.body ?? NOTHING);
    const packings = packed.length === 0 ? [] : codings(answer.headers);
    const body = await unpacked(packings, packed, route.bodyLimit, (isLong) => badAnswer(isLong ? "the answer's body is larger than the route takes" : "the answer's body cannot be unpacked"));
    const found = new FoundInAnswer(route, method, answer, kind, body);
    const names = found.others(asked.caller()?.there);
    const swapped = found.swapped(asked.caller(), await asked.counterparts(names));
    const out = swapped.body && (await pack(packings, swapped.body));
    return { status: answer.status, headers: swapped.headers, body: out ?? answer.body };
}
async function unpacked(packings, body, limit, refused) {
    try {
        return await unpack(packings, body, limit);
    }
    catch (error) {
        throw error instanceof Unreadable ? refused(error.reason === "too_large") : error;
    }
}
