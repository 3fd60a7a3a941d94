import { answerTo } from "../back-end/answer.js";
import { Failure } from "../back-end/failure.js";
export function requireScopes(portico, ...scopes) {
    return async (request, reply) => {
        try {
            request.portico = await portico.authorize(request.headers.authorization, ...scopes);
        }
        catch (error) {
            if (!(error instanceof Failure))
                throw error;
            return respond(reply, answerTo(error));
        }
    };
}
export function backChannelLogout(portico, { path, ended }) {
    return async (app) => {
        app.removeAllContentTypeParsers();
        app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
        app.post(path, async (request, reply) => {
            const body = typeof request.body === "string" ? request.body : "";
            return respond(reply, await portico.receiveLogout(request.headers["content-type"], body, ended));
        });
    };
}
function respond(reply, { status, headers, body }) {
    return reply.code(status).headers({ ...headers }).send(body);
}
