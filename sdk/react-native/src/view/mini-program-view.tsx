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
  const [crashes, setCrashes] = useState(0);
  const profile = useSyncExternalStore(
    (changed) => miniProgram.onProfile(changed),
    () => miniProgram.profile,
  );
  // Another person, or another process behind the page: another WebView, which starts from nothing.
  return (
    <Frame
      key={`${miniProgram.key} ${profile} ${crashes}`}
      {...props}
      onCrash={() => setCrashes((count) => count + 1)}
    />
  );
}

function Frame({ miniProgram, style, onLink, onError, onCrash }: MiniProgramViewProps & { onCrash: () => void }) {
  const place = useRef<View>(null);
  const [isAttached, setAttached] = useState(false);
  const life = useRef({ hasBegun: false, isOver: false, release: () => {} });
  const link = useRef(onLink);
  link.current = onLink;

  useEffect(() => {
    const mine = life.current;
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
      const release = await miniProgram.attach(tag, (url) => link.current?.(url));
      if (life.current.isOver) return release();
      life.current.release = release;
      setAttached(true);
    } catch (error) {
      onError?.(error instanceof PorticoError ? error : new PorticoError("no_web_view"));
    }
  };
  const decide = (request: NavigationRequest) => {
    const may = mayNavigate(miniProgram.origins, request);
    if (!may) link.current?.(request.url);
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
        onContentProcessDidTerminate={onCrash}
        onRenderProcessGone={onCrash}
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
