import 'dart:convert';

import 'package:portico_flutter/core.dart';

import '../support/runner.dart';
import '../support/tree.dart';

typedef _Named = ({String name, Object? message});

void vectorTests() {
  List<_Named> list(Map<String, Object?> file, String key) => [
    for (final each in file[key] as List<Object?>? ?? const [])
      if (each case {'name': final String name}) (name: name, message: each['message']),
  ];

  for (final file in vectors('bridge')) {
    final kind = file['kind'], direction = file['direction'];
    test('bridge vectors: a valid $kind is understood where it is meant to be, and nowhere else', () {
      for (final (:name, :message) in list(file, 'valid')) {
        final atMiniProgram = BridgeMessage.fromHost(message), atHost = BridgeMessage.fromMiniProgram(message);
        final toHost = direction == 'mini_program_to_host';
        check(toHost ? atHost?.type == kind && atMiniProgram == null : atMiniProgram?.type == kind && atHost == null, name);
        final read = (atHost ?? atMiniProgram)!.toJson();
        final written = message! as Map<String, Object?>;
        check(read.entries.every((each) => written[each.key] == each.value), '$name: nothing is changed');
        check(!read.containsKey('later'), '$name: what is not known is left out');
      }
    });
    test('bridge vectors: an invalid $kind is dropped at both ends', () {
      final invalid = list(file, 'invalid');
      check(invalid.isNotEmpty, 'there are none');
      for (final (:name, :message) in invalid) {
        check(BridgeMessage.fromHost(message) == null && BridgeMessage.fromMiniProgram(message) == null, name);
      }
    });
  }

  test('webview vectors: a text of a page is read or dropped', () {
    final file = vector('webview/text.json');
    String textOf(Map<String, Object?> each) => switch (each['repeat']) {
      {'before': final String before, 'text': final String text, 'times': final int times} =>
        before + text * times + (each['after'] as String? ?? ''),
      _ => each['text']! as String,
    };
    for (final (key, understood) in [('valid', true), ('invalid', false)]) {
      final cases = (file[key]! as List<Object?>).cast<Map<String, Object?>>();
      check(cases.isNotEmpty, 'there are none');
      for (final each in cases) {
        final read = BridgeMessage.fromPage(textOf(each));
        check((read != null) == understood, '${each['name']}');
        expectEqual(read?.toJson(), each['message']);
      }
    }
  });

  test('a message survives the JSON that it becomes', () {
    final launch = list(vector('bridge/launch.json'), 'valid').first.message;
    final message = BridgeMessage.fromHost(launch)!;
    expectEqual(jsonDecode(jsonEncode(message.toJson())), launch);
  });
}
