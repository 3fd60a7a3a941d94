import 'dart:typed_data';

/// The SHA-256 digest of [message] (FIPS 180-4 §6.2), for the PKCE challenge alone: see the README on why it is here.
Uint8List sha256(List<int> message) {
  final hash = Uint32List.fromList(_initial);
  final padded = _padded(message);
  final schedule = Uint32List(64);
  for (var at = 0; at < padded.lengthInBytes; at += 64) {
    for (var t = 0; t < 16; t++) {
      schedule[t] = padded.getUint32(at + 4 * t);
    }
    for (var t = 16; t < 64; t++) {
      final w15 = schedule[t - 15], w2 = schedule[t - 2];
      final s0 = _rotate(w15, 7) ^ _rotate(w15, 18) ^ (w15 >> 3);
      final s1 = _rotate(w2, 17) ^ _rotate(w2, 19) ^ (w2 >> 10);
      schedule[t] = schedule[t - 16] + s0 + schedule[t - 7] + s1;
    }
    _compress(hash, schedule);
  }
  final digest = ByteData(32);
  for (var i = 0; i < 8; i++) {
    digest.setUint32(4 * i, hash[i]);
  }
  return digest.buffer.asUint8List();
}

void _compress(Uint32List hash, Uint32List schedule) {
  var [a, b, c, d, e, f, g, h] = hash;
  for (var t = 0; t < 64; t++) {
    final sum1 = _rotate(e, 6) ^ _rotate(e, 11) ^ _rotate(e, 25);
    final choice = (e & f) ^ (~e & _word & g);
    final first = h + sum1 + choice + _rounds[t] + schedule[t];
    final sum0 = _rotate(a, 2) ^ _rotate(a, 13) ^ _rotate(a, 22);
    final majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) & _word;
    d = c;
    c = b;
    b = a;
    a = (first + sum0 + majority) & _word;
  }
  for (final (i, value) in [a, b, c, d, e, f, g, h].indexed) {
    hash[i] += value;
  }
}

/// §5.1.1: a one bit, zeros, and the length in bits, up to a multiple of 64 bytes.
ByteData _padded(List<int> message) {
  final length = (message.length + 9 + 63) ~/ 64 * 64;
  final bytes = Uint8List(length)..setAll(0, message);
  bytes[message.length] = 0x80;
  final view = ByteData.sublistView(bytes);
  view.setUint32(length - 8, message.length >> 29);
  view.setUint32(length - 4, (message.length << 3) & _word);
  return view;
}

const int _word = 0xffffffff;

int _rotate(int x, int by) => ((x >> by) | (x << (32 - by))) & _word;

/// §5.3.3.
const List<int> _initial = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19, //
];

/// §4.2.2.
const List<int> _rounds = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, //
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];
