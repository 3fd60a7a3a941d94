import 'dart:async';

import 'package:portico_flutter/core.dart';

import 'server.dart';
import 'visitor.dart';

/// The taxi's id.
const String taxiId = 'org.example.taxi';

/// Where the host's sign-ins and consents come back to.
final Uri redirectUri = Uri.parse('org.example.superapp:/back');

/// Everybody's password.
const String personPassword = 'correct horse battery staple';

/// A server with a host, a mini-program and a way to make people.
final class World {
  World._(this.server, this.taxiSecret);

  /// Portico.
  final Server server;

  /// The taxi back end's secret.
  final String taxiSecret;

  int _people = 0;

  /// Starts the server and registers what the stories need.
  static Future<World> begin() async {
    final server = await Server.start();
    await server.register('developers', {'developer_id': 'acme', 'name': 'Acme'});
    await server.register('hosts', {
      'host_id': 'super-app',
      'name': 'Super App',
      'redirect_uris': ['$redirectUri'],
      'origins': ['https://app.example'],
      'token_endpoint_auth_method': 'none',
    });
    List<Map<String, String>> permissions(List<String> names) => [
      for (final name in names) {'name': name, 'reason': 'so that we can use $name'},
    ];
    Future<Map<String, Object?>> app(String id, String name) => server.register('apps', {
      'app_id': id,
      'name': name,
      'icons': [
        {'src': 'https://app.example/48.png', 'sizes': '48x48'},
      ],
      'version': {'code': 1, 'name': '1.0.0'},
      'platform_version': {'min_code': 1},
      'pages': ['pages/index/index'],
      'req_permissions': permissions(['profile.basic']),
      'portico': {
        'developer': 'acme',
        'kind': 'flutter',
        'optional_permissions': permissions(['phone.verified']),
        'backend': {'token_endpoint_auth_method': 'client_secret_basic'},
      },
    });
    final taxi = await app(taxiId, 'Taxi');
    await app('org.example.orders', 'Orders');
    return World._(server, taxi['client_secret']! as String);
  }

  /// Somebody with a browser, and their id.
  Future<(Visitor, String)> person(String name) async {
    final number = ++_people;
    final id = await server.createPerson(name, 'person$number', personPassword, phone: '+1202555${1000 + number}');
    return (Visitor('person$number', personPassword), id);
  }

  /// A host in [browser].
  PorticoHost host(Browser browser, {TokenStore? store, Environment? environment}) => PorticoHost(
    issuer: server.issuer,
    clientId: 'super-app',
    redirectUri: redirectUri,
    browser: browser,
    store: store,
    environment: environment,
  );
}

/// Time that runs like the real one, [ahead] of it.
final class SkewedClock {
  /// How far ahead.
  Duration ahead = Duration.zero;

  /// The time.
  DateTime now() => DateTime.now().add(ahead);
}

/// Counts the token requests that go through.
final class CountingHttp implements Http {
  final IoHttp _inner = IoHttp();

  /// How many of each `grant_type`, by its last part.
  final Map<String, int> grants = {};

  @override
  Future<HttpResponse> send(HttpRequest request) {
    final grant = Uri.splitQueryString(request.body ?? '')['grant_type'];
    if (grant != null) grants.update(grant.split(':').last, (count) => count + 1, ifAbsent: () => 1);
    return _inner.send(request);
  }
}
