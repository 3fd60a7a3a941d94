import 'dart:convert';

import '../shared/environment.dart';
import '../shared/jwt.dart';

/// 256 random bits, as text: a verifier (RFC 7636 §4.1), a `state`, a `nonce`.
String secretText(Environment environment) => base64UrlText(environment.random(32));

/// The S256 challenge for [verifier] (RFC 7636 §4.2).
Future<String> challenge(Environment environment, String verifier) async =>
    base64UrlText(await environment.sha256(ascii.encode(verifier)));
