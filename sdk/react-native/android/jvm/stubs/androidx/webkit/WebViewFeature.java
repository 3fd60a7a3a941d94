package androidx.webkit;

import java.util.Set;

/** The signature of androidx.webkit's, to compile and test against; {@code supported} is a test's. */
public class WebViewFeature {
  public static final String WEB_MESSAGE_LISTENER = "WEB_MESSAGE_LISTENER";
  public static final String GET_WEB_VIEW_CLIENT = "GET_WEB_VIEW_CLIENT";
  public static final String MULTI_PROFILE = "MULTI_PROFILE";

  public static Set<String> supported = Set.of();

  public static boolean isFeatureSupported(String feature) {
    return supported.contains(feature);
  }
}
