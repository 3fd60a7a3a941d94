import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { gateway as inFront } from "../http/gateway.js";
export function gateway(configuration, options = {}) {
    return (handler, given) => {
        if (given.http2)
            throw new Error("HTTP/2 is not understood here: put a proxy in front that ends it");
        const listener = inFront(configuration, handler, options);
        const server = given.https
            ? createHttps(given.https, listener)
            : createHttp((given.http ?? {}), listener);
        if (given.keepAliveTimeout !== undefined)
            server.keepAliveTimeout = given.keepAliveTimeout;
        if (given.requestTimeout !== undefined)
            server.requestTimeout = given.requestTimeout;
        if (given.maxRequestsPerSocket)
            server.maxRequestsPerSocket = given.maxRequestsPerSocket;
        server.once("close", () => listener.close());
        return server;
    };
}
