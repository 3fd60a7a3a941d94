/// The parameters with which the browser came back to [redirectUri]; none where [back] is another address, or cannot be
/// read, for any app may open it with anything.
Map<String, String> parametersOf(Uri back, Uri redirectUri) {
  (String, String, String) place(Uri uri) => (uri.scheme, uri.authority, uri.path);
  if (place(back) != place(redirectUri)) return const {};
  try {
    return back.queryParameters;
  } on FormatException {
    return const {};
  }
}
