import { answerTo } from "../back-end/answer.js";
import { Failure } from "../back-end/failure.js";
import { formOf, send } from "../back-end/send.js";
export function requireScopes(portico, ...scopes) {
    return (request, response, next) => {
        portico.authorize(request.headers.authorization, ...scopes).then((validated) => {
            request.portico = validated;
            if (!response.headersSent)
                next();
        }, (error) => {
            if (error instanceof Failure)
                send(response, answerTo(error));
            else
                next(error);
        }).catch(next);
    };
}
export function backChannelLogout(portico, ended) {
    return (request, response, next) => {
        formOf(request, request.body)
            .then((body) => portico.receiveLogout(request.headers["content-type"], body ?? "", ended))
            .then((answer) => send(response, answer))
            .catch(next);
    };
}
