import { Refused } from "../refused.js";
import { looksLikeJson } from "../swap/found.js";
import { answerKind, isBodiless, kindByType } from "../swap/kind.js";
import { DIGESTS, without } from "../swap/message.js";
import { badAnswer } from "../swap/wrong.js";
import { answerWith, encodingAndDone, exitsOf, setGiven, } from "./exits.js";
const REWORDED = new Set([...DIGESTS, "accept-ranges", "etag"]);
const SNIFFED = 64;
export class HeldAnswer {
    #response;
    #admitted;
    #method;
    #log;
    #exits;
    #state = "open";
    #isBegun = false;
    #isEnded = false;
    #isWaitedFor = false;
    #size = 0;
    #pieces = [];
    #done = [];
    constructor(response, admitted, method, log) {
        this.#response = response;
        this.#admitted = admitted;
        this.#method = method;
        this.#log = log;
        this.#exits = exitsOf(response);
    }
    static install(response, admitted, method, log) {
        const { header, setCookie, json } = admitted.route.maps.answer;
        if (header.isEmpty && setCookie.isEmpty && !json)
            return;
        new HeldAnswer(response, admitted, method, log).#install();
    }
    #install() {
        const [response, exits] = [this.#response, this.#exits];
        const isPassing = () => this.#state === "passing";
        const either = (name, held) => {
            const exit = exits[name];
            response[name] = ((...given) => {
                return isPassing() ? exit.apply(response, given) : held(...given);
            });
        };
        either("writeHead", (...given) => this.#writeHead(...given));
        either("write", (...given) => this.#write(...given));
        either("end", (...given) => this.#end(...given));
        either("flushHeaders", () => this.#flushHeaders());
        const prototype = Object.getPrototypeOf(response);
        for (const [name, held] of [["headersSent", () => this.#isBegun], ["writableEnded", () => this.#isEnded]]) {
            const get = () => (isPassing() ? Reflect.get(prototype, name, response) : held());
            Object.defineProperty(response, name, { get, configurable: true });
        }
    }
    #writeHead(status, reason, given) {
        const response = this.#response;
        if (this.#state === "refused")
            return response;
        if (this.#isBegun)
            throw new Error("the head of the answer is written already");
        response.statusCode = status;
        if (typeof reason === "string")
            response.statusMessage = reason;
        setGiven(response, typeof reason === "string" ? given : reason);
        this.#isBegun = true;
        return response;
    }
    #write(chunk, ...more) {
        const [encoding, done] = encodingAndDone(more);
        this.#begin();
        if (this.#isPassing)
            return this.#exits.write.call(this.#response, chunk, encoding, done);
        if (this.#isEnded)
            return false;
        this.#keep(chunk, encoding, done);
        return this.#state !== "head";
    }
    #end(...given) {
        const chunk = typeof given[0] === "function" ? undefined : given[0];
        const [encoding, done] = encodingAndDone(typeof given[0] === "function" ? given : given.slice(1));
        this.#begin(chunk === undefined || chunk === null);
        if (this.#isPassing)
            return this.#exits.end.call(this.#response, chunk, encoding, done);
        if (this.#isEnded)
            return this.#response;
        if (done)
            this.#response.once("finish", done);
        this.#isEnded = true;
        if (chunk !== undefined && chunk !== null)
            this.#keep(chunk, encoding, undefined);
        if (this.#state === "whole" || this.#state === "perhaps")
            this.#go(true);
        return this.#response;
    }
    #flushHeaders() {
        if (this.#state !== "open")
            return;
        this.#begin();
        if (this.#isPassing)
            this.#exits.flushHeaders.call(this.#response);
    }
    get #isPassing() {
        return this.#state === "passing";
    }
    #begin(isEmpty = false) {
        if (this.#state !== "open")
            return;
        if (!this.#isBegun)
            this.#response.writeHead(this.#response.statusCode);
        try {
            const kind = answerKind(this.#admitted.route.maps, this.#method, this.#head);
            if (kind === "json" && !isEmpty)
                this.#state = "whole";
            else if (kind === "perhaps" && !isEmpty)
                this.#state = "perhaps";
            else
                this.#onlyHead();
        }
        catch (error) {
            this.#refuse(error);
        }
    }
    #onlyHead() {
        const { maps } = this.#admitted.route;
        const { header, setCookie } = maps.answer;
        const names = this.#response.getHeaderNames();
        const isDue = names.some((name) => header.role(name) !== undefined || (name === "set-cookie" && !setCookie.isEmpty));
        const { status, headers } = this.#head;
        const isReworded = isBodiless(this.#method, status) || names.some((name) => REWORDED.has(name));
        if (!isDue && !(isReworded && kindByType(maps, headers) !== undefined)) {
            this.#state = "passing";
            this.#flush();
        }
        else {
            this.#state = "head";
            this.#go(false);
        }
    }
    #keep(chunk, encoding, done) {
        if (done && this.#state !== "head")
            process.nextTick(done);
        else if (done)
            this.#done.push(done);
        if (this.#state === "refused")
            return;
        const piece = typeof chunk === "string" ? Buffer.from(chunk, encoding) : Buffer.from(chunk);
        this.#size += piece.length;
        this.#pieces.push(piece);
        if (this.#state === "perhaps")
            this.#sniff();
        const isHeldWhole = this.#state === "whole" || this.#state === "perhaps";
        if (isHeldWhole && this.#size > this.#admitted.route.bodyLimit) {
            this.#refuse(badAnswer("the answer's body is larger than the route takes"));
        }
    }
    #sniff() {
        if (this.#response.hasHeader("content-encoding"))
            return;
        const first = Buffer.concat(this.#pieces.slice(0, 4)).subarray(0, SNIFFED);
        if (looksLikeJson(first))
            this.#state = "whole";
        else if (/[^ \t\r\n\f]/.test(first.toString("latin1").replace(/^\xef(\xbb(\xbf)?)?/, "")))
            this.#onlyHead();
    }
    get #head() {
        const response = this.#response;
        const names = response.getRawHeaderNames();
        const headers = names.flatMap((name) => [response.getHeader(name) ?? []].flat().map((value) => [name, String(value)]));
        return { status: response.statusCode, headers };
    }
    #go(isWhole) {
        this.#swap(isWhole).catch((error) => this.#refuse(error));
    }
    async #swap(isWhole) {
        const { status, headers } = this.#head;
        if (isWhole) {
            const body = Buffer.concat(this.#pieces);
            const swapped = await this.#admitted.answer(this.#method, { status, headers, body });
            if (this.#state === "refused")
                return;
            this.#pieces = swapped.body && swapped.body.length > 0 ? [swapped.body] : [];
            const length = ["Content-Length", String(swapped.body?.length ?? 0)];
            this.#setHead(headers, [...without(swapped.headers, "content-length", "transfer-encoding"), length]);
        }
        else {
            this.#setHead(headers, (await this.#admitted.answer(this.#method, { status, headers })).headers);
        }
        this.#isWaitedFor = !isWhole && !this.#isEnded;
        this.#state = "passing";
        this.#flush();
    }
    #setHead(before, after) {
        for (const [name] of before)
            this.#response.removeHeader(name);
        for (const [name, value] of after)
            this.#response.appendHeader(name, value);
    }
    #flush() {
        const response = this.#response;
        if (response.destroyed)
            return;
        let isFree = true;
        const pieces = this.#pieces;
        this.#pieces = [];
        const last = this.#isEnded ? pieces.pop() : undefined;
        for (const piece of pieces)
            isFree = this.#exits.write.call(response, piece);
        this.#done.forEach((done) => done());
        if (this.#isEnded)
            this.#exits.end.call(response, last);
        else if (this.#isWaitedFor && isFree)
            response.emit("drain");
    }
    #refuse(error) {
        if (this.#state === "passing" || this.#state === "refused")
            return;
        const refused = error instanceof Refused ? error : badAnswer("the answer could not be swapped");
        this.#log(refused);
        this.#pieces = [];
        this.#state = "passing";
        answerWith(this.#response, refused, this.#exits);
        this.#state = "refused";
        this.#isBegun = this.#isEnded = true;
    }
}
