package androidx.webkit;

import android.net.Uri;
import android.webkit.WebView;
import android.webkit.WebViewClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The signature of androidx.webkit's, to compile and test against; the fields are a test's. */
public class WebViewCompat {
  public interface WebMessageListener {
    void onPostMessage(
        WebView view, WebMessageCompat message, Uri sourceOrigin, boolean isMainFrame, JavaScriptReplyProxy replyProxy);
  }

  /** What has been done, in order. */
  public static final List<String> calls = new ArrayList<>();

  public static WebMessageListener listener;
  public static WebViewClient client;
  public static boolean isUsed;
  /** What adding a listener throws, if anything. */
  public static RuntimeException refusal;

  public static void addWebMessageListener(
      WebView webView, String jsObjectName, Set<String> allowedOriginRules, WebMessageListener added) {
    if (refusal != null) throw refusal;
    calls.add("add " + jsObjectName + " " + allowedOriginRules);
    listener = added;
  }

  public static void removeWebMessageListener(WebView webView, String jsObjectName) {
    calls.add("remove " + jsObjectName);
  }

  public static WebViewClient getWebViewClient(WebView webView) {
    return client;
  }

  public static void setProfile(WebView webView, String profileName) {
    if (isUsed) throw new IllegalStateException("the WebView has been used");
    calls.add("profile " + profileName);
  }
}
