import 'dart:async';
import 'dart:convert';
import 'dart:io' as io;

import 'http.dart';

/// [Http] by `dart:io`.
final class IoHttp implements Http {
  /// Gives up a request whose answer does not begin within [patience]. [client] may bring proxies and certificates.
  IoHttp({io.HttpClient? client, this.patience = const Duration(seconds: 20)})
    : _client = client ?? io.HttpClient();

  /// How long an answer may take to begin.
  final Duration patience;

  final io.HttpClient _client;

  @override
  Future<HttpResponse> send(HttpRequest request) async {
    var aborted = false;
    io.HttpClientRequest? open;
    void abort() {
      aborted = true;
      open?.abort();
    }

    unawaited(request.aborted?.whenComplete(abort));
    Future<io.HttpClientResponse> begin() async {
      final asked = open = await _client.openUrl(request.method, request.url);
      if (aborted) asked.abort();
      asked.followRedirects = false;
      request.headers.forEach(asked.headers.set);
      if (request.body case final body?) asked.add(utf8.encode(body));
      return asked.close();
    }

    final answer = await begin().timeout(
      patience,
      onTimeout: () {
        abort();
        throw TimeoutException('no answer', patience);
      },
    );
    final headers = <String, String>{};
    answer.headers.forEach((name, values) => headers[name] = values.join(', '));
    return HttpResponse(answer.statusCode, headers, answer);
  }
}
