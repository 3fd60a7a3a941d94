import { AppState } from "react-native";

import { nativeBridge } from "../view/native";
import type { Environment, HttpAnswer, HttpRequest, StreamListener } from "./environment";

/** What an event stream may grow to: `XMLHttpRequest` keeps all that it has heard. UTF-16 code units. */
const LONGEST_STREAM = 512 * 1024;
const ANSWER_MS = 30_000;

/** Not `fetch`: React Native's reads every answer to its end first, by way of a file on the native side. */
function open({ method, url, headers }: HttpRequest): XMLHttpRequest {
  const xhr = new XMLHttpRequest();
  xhr.open(method, url);
  xhr.withCredentials = false;
  for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
  return xhr;
}

function send(request: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const xhr = open(request);
    xhr.timeout = ANSWER_MS;
    xhr.onload = () =>
      resolve({ status: xhr.status, header: (name) => xhr.getResponseHeader(name), body: xhr.responseText });
    xhr.onerror = () => reject(new Error("no answer"));
    xhr.ontimeout = () => reject(new Error("no answer in time"));
    xhr.send(request.body);
  });
}

function stream(request: HttpRequest, listener: StreamListener): () => void {
  const xhr = open(request);
  let seen = 0;
  let isOpen = false;
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    listener.ended();
  };
  const read = () => {
    if (isOver) return;
    if (!isOpen) {
      isOpen = true;
      listener.opened(xhr.status);
    }
    const text = xhr.responseText;
    if (text.length > seen) listener.heard(text.slice(seen));
    seen = text.length;
    if (seen <= LONGEST_STREAM || isOver) return;
    end();
    xhr.abort();
  };
  // Listening to `progress` is what has React Native pass on each piece as it comes.
  xhr.addEventListener("progress", read);
  xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState === xhr.HEADERS_RECEIVED || xhr.readyState === xhr.LOADING) read();
  });
  xhr.addEventListener("load", read);
  xhr.addEventListener("loadend", end);
  xhr.send(request.body);
  return () => {
    isOver = true;
    xhr.abort();
  };
}

/** React Native and the native module, except where `given` says otherwise. */
export function environment(given: Partial<Environment> = {}): Environment {
  return {
    send,
    stream,
    now: () => Date.now(),
    timer: (run, ms) => {
      const handle = setTimeout(run, ms);
      return () => clearTimeout(handle);
    },
    random: (bytes) => nativeBridge().randomBytes(bytes),
    sha256: (text) => nativeBridge().sha256(text),
    foreground: (run) => {
      const subscription = AppState.addEventListener("change", (state) => {
        if (state === "active") run();
      });
      return () => subscription.remove();
    },
    ...given,
  };
}
