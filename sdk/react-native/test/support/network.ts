// React Native's own `XMLHttpRequest`, over the network of Node.js in place of the native module's.

import { request as httpRequest, type ClientRequest } from "node:http";

type Listener = (args: readonly unknown[]) => void;

const mockListeners = new Map<string, Set<Listener>>();
const mockRequests = new Map<number, ClientRequest>();

function mockTell(name: string, ...args: readonly unknown[]): void {
  for (const listener of [...(mockListeners.get(name) ?? [])]) listener(args);
}

function mockSend(
  method: string,
  _trackingName: string | undefined,
  url: string,
  headers: Record<string, string>,
  body: string | undefined,
  _responseType: string,
  isIncremental: boolean,
  _timeout: number,
  created: (id: number) => void,
  withCredentials: boolean,
): void {
  if (withCredentials) throw new Error("a request with cookies");
  const id = mockRequests.size + 1;
  const call = httpRequest(url, { method, headers: { ...headers, connection: "close" } }, (answer) => {
    const named = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
    mockTell("didReceiveNetworkResponse", id, answer.statusCode, named, url);
    answer.setEncoding("utf8");
    let text = "";
    answer.on("data", (piece: string) => {
      if (isIncremental) mockTell("didReceiveNetworkIncrementalData", id, piece, 0, -1);
      else text += piece;
    });
    answer.on("end", () => {
      if (!isIncremental) mockTell("didReceiveNetworkData", id, text);
      mockTell("didCompleteNetworkResponse", id, "", false);
    });
  });
  call.on("error", (error) => mockTell("didCompleteNetworkResponse", id, error.message, false));
  mockRequests.set(id, call);
  created(id);
  call.end(body);
}

jest.mock("react-native/Libraries/Network/RCTNetworking", () => ({
  __esModule: true,
  default: {
    addListener: (name: string, listener: Listener) => {
      const set = mockListeners.get(name) ?? new Set();
      mockListeners.set(name, set.add(listener));
      return { remove: () => void set.delete(listener) };
    },
    sendRequest: mockSend,
    abortRequest: (id: number) => void mockRequests.get(id)?.destroy(),
  },
}));

Object.defineProperty(globalThis, "XMLHttpRequest", {
  configurable: true,
  get: () => jest.requireActual<{ default: unknown }>("react-native/Libraries/Network/XMLHttpRequest").default,
});
