package androidx.webkit;

import java.util.HashSet;
import java.util.Set;

public class WebViewFeature {
    public static final String WEB_MESSAGE_LISTENER = "WEB_MESSAGE_LISTENER";
    public static final String MULTI_PROFILE = "MULTI_PROFILE";
    /** What this WebView can do, as a test says. */
    public static final Set<String> supported = new HashSet<>();

    public static boolean isFeatureSupported(String feature) {
        return supported.contains(feature);
    }
}
