import { Agent as HttpAgent, request as http } from "node:http";
import { Agent as HttpsAgent, request as https } from "node:https";
const LONGEST = 2 * 1024 * 1024;
export class NoAnswer extends Error {
}
export class Connections {
    #plain = new HttpAgent({ keepAlive: true });
    #tls = new HttpsAgent({ keepAlive: true });
    async ask(url, question, timeout) {
        const signal = new AbortController();
        const timer = setTimeout(() => signal.abort(), timeout);
        try {
            const answer = await this.#sent(new URL(url), question, signal.signal);
            return { status: answer.statusCode ?? 0, body: await whole(answer) };
        }
        catch {
            throw new NoAnswer();
        }
        finally {
            clearTimeout(timer);
        }
    }
    close() {
        this.#plain.destroy();
        this.#tls.destroy();
    }
    #sent(url, question, signal) {
        const { method, headers, body = "" } = question;
        const isTls = url.protocol === "https:";
        const length = method === "POST" ? { "content-length": String(Buffer.byteLength(body)) } : {};
        const options = { method, headers: { ...headers, ...length }, agent: isTls ? this.#tls : this.#plain, signal };
        return new Promise((resolve, reject) => {
            const request = isTls ? https(url, options) : http(url, options);
            request.once("response", resolve);
            request.once("error", (error) => {
                if (request.reusedSocket && !signal.aborted)
                    this.#sent(url, question, signal).then(resolve, reject);
                else
                    reject(error);
            });
            request.end(body);
        });
    }
}
async function whole(answer) {
    const pieces = [];
    let size = 0;
    for await (const piece of answer) {
        size += piece.length;
        if (size > LONGEST)
            throw new NoAnswer();
        pieces.push(piece);
    }
    return Buffer.concat(pieces).toString("utf8");
}
