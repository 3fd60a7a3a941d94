import { useEffect, useRef, useState, useSyncExternalStore, type ReactElement } from "react";
import { findNodeHandle, Platform, View, type StyleProp, type ViewStyle } from "react-native";
import { WebView } from "react-native-webview";

import { PorticoError } from "../errors";
import type { MiniProgram } from "../host/mini-program";
import { mayNavigate, type NavigationRequest } from "./navigation";

/** What a {@link MiniProgramView} is given. */
export interface MiniProgramViewProps {
  /** What {@link PorticoHost.launch} gave. It is yours to close. */
  readonly miniProgram: MiniProgram;
  /** Default: as much room as there is. */
  readonly style?: StyleProp<ViewStyle>;
  /** The page wanted to go to an address that is not at one of its origins, and stayed. Open it outside, or not. */
  readonly onLink?: (url: string) => void;
  /** It cannot be shown: {@link UnsupportedWebView}, or a {@link PorticoError} `no_web_view`. */
  readonly onError?: (error: PorticoError) => void;
}

/**
 * A mini-program on the screen: a WebView that hears and is heard in its main frame only, at the mini-program's exact
 * origins, that cannot leave them, and that keeps its cookies and storage to itself.
 */
export function MiniProgramView(props: MiniProgramViewProps): ReactElement {
  const { miniProgram } = props;
  const [attempt, setAttempt] = useState(0);
  const key = useSyncExternalStore(
    (changed) => miniProgram.onProfile(changed),
    () => miniProgram.key,
  );
  // Another person, another process behind the page, or nobody there for a while: another WebView, which starts from
  // nothing.
  return <Frame key={`${key} ${attempt}`} {...props} onLost={() => setAttempt((count) => count + 1)} />;
}

function Frame({ miniProgram, style, onLink, onError, onLost }: MiniProgramViewProps & { onLost: () => void }) {
  const place = useRef<View>(null);
  const [isAttached, setAttached] = useState(false);
  const life = useRef({ hasBegun: false, isOver: false, release: () => {} });
  const link = useRef(onLink);
  link.current = onLink;
  const tell = (url: string) => {
    // What a WebView shows before it has an address, which iOS asks about: nobody wanted to go there.
    if (url !== "about:blank") link.current?.(url);
  };

  useEffect(() => {
    const mine = life.current;
    // React had hidden it meanwhile, and what has been let go is not taken again.
    if (mine.isOver && mine.hasBegun) return onLost();
    mine.isOver = false;
    return () => {
      mine.isOver = true;
      mine.release();
    };
  }, []);

  // Nothing is loaded before the native module has taken the WebView, which is there once it has a place.
  const attach = async () => {
    const tag = findNodeHandle(place.current);
    if (tag === null || life.current.hasBegun) return;
    life.current.hasBegun = true;
    try {
      const release = await miniProgram.attach(tag, tell);
      if (life.current.isOver) return release();
      life.current.release = release;
      setAttached(true);
    } catch (error) {
      const why = error instanceof PorticoError ? error : new PorticoError("no_web_view");
      // Whoever has closed it, or taken the view away, knows.
      if (!life.current.isOver && why.code !== "closed") onError?.(why);
    }
  };
  const decide = (request: NavigationRequest) => {
    const may = mayNavigate(miniProgram.origins, request);
    if (!may) tell(request.url);
    return may;
  };

  return (
    <View ref={place} style={style ?? FILL} collapsable={false} onLayout={() => void attach()}>
      <WebView
        {...(isAttached && { source: { uri: miniProgram.entry } })}
        style={FILL}
        // The whitelist opens what it does not hold in other apps, unasked; `decide` and the native module refuse.
        originWhitelist={ANY}
        onShouldStartLoadWithRequest={decide}
        onContentProcessDidTerminate={onLost}
        onRenderProcessGone={onLost}
        incognito={Platform.OS === "ios"}
        sharedCookiesEnabled={false}
        thirdPartyCookiesEnabled={false}
        setSupportMultipleWindows={false}
        javaScriptCanOpenWindowsAutomatically={false}
        allowFileAccess={false}
        mixedContentMode="never"
      />
    </View>
  );
}

const FILL: ViewStyle = { flex: 1 };
const ANY = ["*"];
