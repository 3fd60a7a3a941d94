import 'dart:convert';
import 'dart:io';

import 'package:portico_flutter/core.dart' show Browser;

/// A person with a browser that has no JavaScript: follows redirects, fills in forms, agrees to what is asked.
final class Visitor implements Browser {
  /// Who signs in with [username] and [_password].
  Visitor(this.username, this._password);

  /// The name that they sign in with.
  final String username;

  final String _password;
  final HttpClient _client = HttpClient();
  final Map<String, Cookie> _cookies = {};

  /// The pages that were seen in the last visit: `sign-in` and `consent`.
  List<String> pages = [];

  /// What to do at the consent page, in place of agreeing.
  String decision = 'allow';

  /// Is told each page before it is filled in.
  void Function(String page)? seen;

  /// Whether to tick what is optional.
  bool generous = false;

  @override
  Future<Uri?> open(Uri page, {required Uri returnTo}) async {
    pages = [];
    var url = page;
    Map<String, String>? form;
    for (var step = 0; step < 24; step++) {
      final answer = await _send(url, form);
      form = null;
      final location = answer.headers.value('location');
      final html = await answer.transform(utf8.decoder).join();
      if (location != null) {
        url = url.resolve(location);
        if ('$url'.startsWith('$returnTo')) return url;
        continue;
      }
      if (answer.statusCode != 200) throw StateError('${answer.statusCode} at ${url.path}');
      final (action, fields) = _fillIn(html);
      url = url.resolve(action);
      form = fields;
    }
    throw StateError('no end at ${url.path}');
  }

  Future<HttpClientResponse> _send(Uri url, Map<String, String>? form) async {
    final request = await _client.openUrl(form == null ? 'GET' : 'POST', url);
    request.followRedirects = false;
    request.headers.set('origin', url.origin);
    request.cookies.addAll(_cookies.values);
    if (form != null) {
      request.headers.contentType = ContentType('application', 'x-www-form-urlencoded');
      request.write(Uri(queryParameters: form).query);
    }
    final answer = await request.close();
    for (final cookie in answer.cookies) {
      _cookies[cookie.name] = cookie;
    }
    return answer;
  }

  (String, Map<String, String>) _fillIn(String html) {
    final forms = [
      for (final found in RegExp(r'<form\b([^>]*)>(.*?)</form>', dotAll: true).allMatches(html))
        (action: _attribute(found[1]!, 'action') ?? '', inside: found[2]!),
    ];
    final signIn = forms.where((form) => form.inside.contains('name="password"')).firstOrNull;
    if (signIn != null) {
      _see('sign-in');
      return (signIn.action, {..._fields(signIn.inside), 'username': username, 'password': _password});
    }
    _see('consent');
    final consent = forms.firstWhere((form) => form.inside.contains('name="csrf"'));
    return (consent.action, {..._fields(consent.inside), ..._button(consent.inside)});
  }

  void _see(String page) {
    pages.add(page);
    seen?.call(page);
  }

  Map<String, String> _fields(String form) {
    final fields = <String, String>{};
    for (final found in RegExp(r'<input\b([^>]*)>').allMatches(form)) {
      final attributes = found[1]!;
      final name = _attribute(attributes, 'name');
      final box = const {'checkbox', 'radio'}.contains(_attribute(attributes, 'type'));
      if (name == null || (box && !generous && !attributes.contains('checked'))) continue;
      fields[name] = _attribute(attributes, 'value') ?? (box ? 'on' : '');
    }
    return fields;
  }

  Map<String, String> _button(String form) {
    final buttons = [
      for (final found in RegExp(r'<button\b([^>]*)>').allMatches(form))
        if (_attribute(found[1]!, 'name') case final name?) {name: _attribute(found[1]!, 'value') ?? ''},
    ];
    return buttons.firstWhere((each) => each.values.single.startsWith(decision), orElse: () => buttons.first);
  }

  static String? _attribute(String attributes, String name) {
    final found = RegExp('\\b$name="([^"]*)"').firstMatch(attributes);
    return found?[1]?.replaceAll('&amp;', '&');
  }
}
