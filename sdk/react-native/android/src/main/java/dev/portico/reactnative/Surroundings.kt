package dev.portico.reactnative

import android.view.View
import com.facebook.react.bridge.Arguments
import com.facebook.react.bridge.ReactApplicationContext
import com.facebook.react.bridge.UiThreadUtil
import com.facebook.react.bridge.WritableMap
import com.facebook.react.uimanager.UIManagerHelper

/** What the module needs of React Native. */
internal interface Surroundings {
  fun onMainThread(run: () -> Unit)

  /** The view with that React tag, or null where there is none. */
  fun view(tag: Int): View?

  fun map(): WritableMap
}

/** React Native itself. */
internal class ReactSurroundings(private val context: ReactApplicationContext) : Surroundings {
  override fun onMainThread(run: () -> Unit) {
    UiThreadUtil.runOnUiThread(run)
  }

  override fun view(tag: Int): View? =
    try {
      UIManagerHelper.getUIManagerForReactTag(context, tag)?.resolveView(tag)
    } catch (_: RuntimeException) {
      // React Native throws for a view that has gone meanwhile.
      null
    }

  override fun map(): WritableMap = Arguments.createMap()
}
