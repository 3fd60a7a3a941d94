package androidx.webkit;

import android.net.Uri;
import android.webkit.WebView;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

public class WebViewCompat {
    /** Who listens to which WebView, by which rules, as a test sees it. */
    public static final Map<WebView, Listening> listening = new HashMap<>();

    public record Listening(String object, Set<String> rules, WebMessageListener listener) {}

    public interface WebMessageListener {
        void onPostMessage(
                WebView view, WebMessageCompat message, Uri sourceOrigin, boolean isMainFrame, JavaScriptReplyProxy replyProxy);
    }

    public static void addWebMessageListener(
            WebView webView, String jsObjectName, Set<String> allowedOriginRules, WebMessageListener listener) {
        listening.put(webView, new Listening(jsObjectName, allowedOriginRules, listener));
    }

    public static void removeWebMessageListener(WebView webView, String jsObjectName) {
        listening.remove(webView);
    }

    public static void setProfile(WebView webView, String profileName) {}
}
