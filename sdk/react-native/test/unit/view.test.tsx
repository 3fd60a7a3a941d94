import { Activity, StrictMode, type ReactElement } from "react";
import { act, create, type ReactTestRenderer } from "react-test-renderer";
import { Linking, Platform } from "react-native";
import { WebView, type WebViewProps } from "react-native-webview";

import { MiniProgramView, PorticoError, type MiniProgram } from "../../src";
import { fakeBridge } from "../support/bridge";
import { settle } from "../support/clock";
import { closeAll, signedIn, TAXI, TAXI_ENTRY, type World } from "../support/world";

jest.mock("react-native/Libraries/ReactNative/RendererProxy", () => ({
  ...jest.requireActual<object>("react-native/Libraries/ReactNative/RendererProxy"),
  findNodeHandle: () => 42,
}));

let shown: ReactTestRenderer | null = null;

afterEach(async () => {
  await act(async () => shown?.unmount());
  shown = null;
  closeAll();
  fakeBridge.refusal = null;
});

async function open(w: World): Promise<MiniProgram> {
  return w.host.launch(TAXI, { entry: TAXI_ENTRY, origins: ["https://taxi.example", "https://pay.taxi.example"] });
}

/** Shows it, and lets the place be laid out. */
async function show(
  miniProgram: MiniProgram,
  props: { onLink?(url: string): void; onError?(e: PorticoError): void } = {},
) {
  await draw(<MiniProgramView miniProgram={miniProgram} {...props} />);
  await layOut();
}

async function draw(element: ReactElement): Promise<void> {
  await act(async () => {
    if (shown === null) shown = create(element);
    else shown.update(element);
  });
}

async function layOut(): Promise<void> {
  const place = shown?.root.findAll((node) => typeof node.props["onLayout"] === "function")[0];
  await act(async () => {
    (place?.props["onLayout"] as () => void)();
    await settle();
  });
}

const webView = () => shown?.root.findByType(WebView).props as WebViewProps;
const asks = (url: string, isTopFrame = true) =>
  webView().onShouldStartLoadWithRequest?.({ url, isTopFrame } as never) ?? true;

test("nothing is loaded before the native module has the WebView, and then the entry", async () => {
  const w = await signedIn();
  const miniProgram = await open(w);
  await draw(<MiniProgramView miniProgram={miniProgram} />);
  expect(webView().source).toBeUndefined();
  await layOut();
  expect(webView().source).toEqual({ uri: TAXI_ENTRY });
  expect(fakeBridge.view).toMatchObject({
    tag: 42,
    origins: ["https://taxi.example", "https://pay.taxi.example"],
    profile: miniProgram.profile,
  });
});

test("its page is launched, and let go with the view", async () => {
  const w = await signedIn();
  const miniProgram = await open(w);
  await show(miniProgram);
  const { view } = fakeBridge;
  const page = view.load();
  page.ready();
  await settle();
  expect(page.of("launch")).toHaveLength(1);
  expect(miniProgram.isConnected).toBe(true);
  await act(async () => shown?.unmount());
  shown = null;
  expect(view.isAttached).toBe(false);
  expect(miniProgram.isConnected).toBe(false);
  expect(fakeBridge.listeners()).toBe(0);
});

test("a view that goes while it is being attached leaves nothing behind", async () => {
  const w = await signedIn();
  const miniProgram = await open(w);
  await draw(<MiniProgramView miniProgram={miniProgram} />);
  const place = shown?.root.findAll((node) => typeof node.props["onLayout"] === "function")[0];
  await act(async () => {
    (place?.props["onLayout"] as () => void)();
    shown?.unmount();
    shown = null;
    await settle();
  });
  expect(fakeBridge.view.isAttached).toBe(false);
  expect(fakeBridge.listeners()).toBe(0);
});

test("it stays at its origins, and says where the page wanted to go", async () => {
  const w = await signedIn();
  const links: string[] = [];
  await show(await open(w), { onLink: (url) => links.push(url) });
  const elsewhere = jest.spyOn(Linking, "openURL").mockResolvedValue(undefined);
  expect(asks("https://pay.taxi.example/x")).toBe(true);
  expect(asks("https://map.example/", false)).toBe(true);
  expect(asks("https://evil.example/")).toBe(false);
  expect(asks("tel:+30210")).toBe(false);
  fakeBridge.view.refuse("https://post.example/");
  expect(links).toEqual(["https://evil.example/", "tel:+30210", "https://post.example/"]);
  expect(elsewhere).not.toHaveBeenCalled();
  // The WebView's own list opens what it does not hold, so it has to hold everything.
  expect(webView().originWhitelist).toEqual(["*"]);
});

test("a WebView that has nowhere to go yet goes nowhere, and nobody is told: iOS asks about its blank page", async () => {
  const w = await signedIn();
  const links: string[] = [];
  const onLink = (url: string) => links.push(url);
  const miniProgram = await open(w);
  await draw(<MiniProgramView miniProgram={miniProgram} onLink={onLink} />);
  expect(webView().source).toBeUndefined();
  expect(asks("about:blank")).toBe(false);
  await layOut();
  expect(asks("about:blank")).toBe(false);
  fakeBridge.view.refuse("about:blank");
  expect(links).toEqual([]);
});

test("cookies are not shared, windows are not opened, and iOS forgets with the view", async () => {
  const w = await signedIn();
  await show(await open(w));
  expect(webView()).toMatchObject({
    sharedCookiesEnabled: false,
    thirdPartyCookiesEnabled: false,
    setSupportMultipleWindows: false,
    javaScriptCanOpenWindowsAutomatically: false,
    allowFileAccess: false,
    mixedContentMode: "never",
    incognito: Platform.OS === "ios",
  });
  expect(webView().onMessage).toBeUndefined();
  expect(webView().injectedJavaScript).toBeUndefined();
});

test("a WebView that cannot be attached loads nothing, and says why", async () => {
  const w = await signedIn();
  const errors: string[] = [];
  fakeBridge.refusal = "unsupported_web_view";
  await show(await open(w), { onError: (error) => errors.push(error.code) });
  expect(errors).toEqual(["unsupported_web_view"]);
  expect(webView().source).toBeUndefined();
});

test("another person, and a page whose process has died, get another WebView", async () => {
  const w = await signedIn();
  const miniProgram = await open(w);
  await show(miniProgram);
  const first = fakeBridge.view;
  w.portico.end("expired");
  await settle();
  w.portico.person = "bob";
  await w.host.adopt(w.portico.signIn());
  await act(async () => miniProgram.relaunch());
  await layOut();
  const second = fakeBridge.view;
  expect([first.isAttached, second.isAttached, second.profile === first.profile]).toEqual([false, true, false]);
  await act(async () => webView().onContentProcessDidTerminate?.({} as never));
  await layOut();
  const third = fakeBridge.view;
  expect([second.isAttached, third.isAttached, third.profile]).toEqual([false, true, second.profile]);
});

test("a view that React hides and shows again gets another WebView, which is heard", async () => {
  const w = await signedIn();
  const miniProgram = await open(w);
  const screen = (mode: "visible" | "hidden") => (
    <StrictMode>
      <Activity mode={mode}>
        <MiniProgramView miniProgram={miniProgram} />
      </Activity>
    </StrictMode>
  );
  await draw(screen("visible"));
  await layOut();
  const first = fakeBridge.view;
  first.load().ready();
  await draw(screen("hidden"));
  expect([first.isAttached, miniProgram.isConnected]).toEqual([false, false]);
  await draw(screen("visible"));
  expect(webView().source).toBeUndefined();
  await layOut();
  const second = fakeBridge.view;
  expect([second === first, second.isAttached]).toEqual([false, true]);
  const page = second.load();
  page.ready();
  await settle();
  expect(page.of("launch")).toHaveLength(1);
  // One that was hidden before it had its WebView.
  await draw(screen("hidden"));
  await draw(screen("visible"));
  await draw(screen("hidden"));
  await draw(screen("visible"));
  await layOut();
  expect(fakeBridge.view.isAttached).toBe(true);
});

test.each([
  ["a mini-program that is closed", (miniProgram: MiniProgram) => miniProgram.close(), () => ({ storageApart: true })],
  ["a view that goes", () => shown?.unmount(), () => Promise.reject(new Error("no view with that tag"))],
])("of %s while it is being attached nobody is told an error", async (_, change, answer) => {
  const w = await signedIn();
  const miniProgram = await open(w);
  const errors: string[] = [];
  let go = () => {};
  const changed = new Promise<void>((resolve) => (go = resolve));
  jest.spyOn(fakeBridge, "attach").mockImplementationOnce(() => changed.then(answer));
  await show(miniProgram, { onError: (error) => errors.push(error.code) });
  await act(async () => change(miniProgram));
  go();
  await settle();
  expect(errors).toEqual([]);
});
