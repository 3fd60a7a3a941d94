/// The person's browser: the system's own, in a tab of the app (RFC 8252), never a WebView that the app could read.
abstract interface class Browser {
  /// Opens [page] and waits until it goes to [returnTo]; completes with the whole address that it went to.
  ///
  /// Completes with `null` when the person closed it.
  Future<Uri?> open(Uri page, {required Uri returnTo});
}
