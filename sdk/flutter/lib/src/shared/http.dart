/// One HTTP request.
final class HttpRequest {
  /// Asks for [url].
  const HttpRequest(this.url, {this.method = 'GET', this.headers = const {}, this.body, this.aborted});

  /// Where to.
  final Uri url;

  /// The method, in capitals.
  final String method;

  /// Header fields, by names in small letters.
  final Map<String, String> headers;

  /// The body, sent as UTF-8; none where `null`.
  final String? body;

  /// When this completes, the request is given up and its connection closed.
  final Future<void>? aborted;
}

/// The answer to an [HttpRequest], as soon as its head is there.
final class HttpResponse {
  /// An answer with this head and [body].
  const HttpResponse(this.status, this.headers, this.body);

  /// The status code.
  final int status;

  /// Header fields, by names in small letters.
  final Map<String, String> headers;

  /// The body. Listen once; cancelling closes the connection.
  final Stream<List<int>> body;

  /// Whether the status is 2xx.
  bool get ok => status >= 200 && status < 300;
}

/// Sends requests without cookies, without a cache, and without following redirects.
abstract interface class Http {
  /// Completes when the head of the answer is there; with any error when there is none.
  Future<HttpResponse> send(HttpRequest request);
}
