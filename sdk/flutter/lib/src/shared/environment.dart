import 'dart:async';
import 'dart:math';
import 'dart:typed_data';

import 'http.dart';
import 'io_http.dart';
import 'sha256.dart' as fips;

/// What the package needs from the world: the network, time, chance and a digest. The defaults are the platform's;
/// tests, and apps that route requests in their own way, hand in others.
final class Environment {
  /// Leaves at its default what is not given.
  Environment({
    Http? http,
    this.now = DateTime.now,
    this.timer = Timer.new,
    this.random = _secureBytes,
    this.sha256 = fips.sha256,
  }) : http = http ?? IoHttp();

  /// Sends requests.
  final Http http;

  /// The time.
  final DateTime Function() now;

  /// Calls `run` once after the duration, unless the timer is cancelled before.
  final Timer Function(Duration after, void Function() run) timer;

  /// That many unpredictable bytes.
  final Uint8List Function(int count) random;

  /// The SHA-256 digest of some bytes (FIPS 180-4 §6.2).
  final FutureOr<List<int>> Function(List<int> message) sha256;
}

final Random _chance = Random.secure();

Uint8List _secureBytes(int count) =>
    Uint8List.fromList([for (var i = 0; i < count; i++) _chance.nextInt(256)]);
