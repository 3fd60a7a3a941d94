import { answerTo } from "../back-end/answer.js";
import { Failure } from "../back-end/failure.js";
import { formOf } from "../back-end/send.js";
export function requireScopes(portico, ...scopes) {
    return async (context, next) => {
        try {
            context.state.portico = await portico.authorize(context.req.headers.authorization, ...scopes);
        }
        catch (error) {
            if (!(error instanceof Failure))
                throw error;
            return respond(context, answerTo(error));
        }
        if (!context.headerSent)
            await next();
    };
}
export function backChannelLogout(portico, ended) {
    return async (context) => {
        const body = await formOf(context.req, context.request.body);
        respond(context, await portico.receiveLogout(context.req.headers["content-type"], body ?? "", ended));
    };
}
function respond(context, { status, headers, body }) {
    context.body = body;
    context.status = status;
    context.set({ ...headers });
}
