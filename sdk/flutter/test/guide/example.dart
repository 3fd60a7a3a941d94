import 'package:flutter/material.dart';

import '../fake/platform.dart';
import '../support/runner.dart';
import 'phone.dart';

/// The super app of the example, and the module in it.
void run(Map<String, void Function()> programs) {
  final phone = Phone();
  final platform = FakePlatform({'org.example.orders': phone.module}, host: phone.engine);
  platform.begin = (id) => programs['orders']!();

  test('a person signs in, refuses the taxi, is asked again, and opens it', () async {
    programs['host']!();
    phone.press('Sign in');
    await phone.until(() => phone.texts.first == 'Hello, ${phone.name}.');
    phone.person.decision = 'refuse';
    final asked = <String>[];
    phone.person.seen = (page) {
      asked.add(page);
      if (asked.length == 1) return;
      phone.person.decision = 'allow';
    };
    phone.press('Taxi');
    await phone.until(() => phone.texts.first == 'Close');
    expectEqual(asked, ['consent', 'consent']);
    await phone.ready();
    await phone.until(() => phone.told.isNotEmpty);
    expectEqual(phone.told.single['type'], 'launch');
  });

  test('the module asks for a phone number, and everything stops at the sign-out', () async {
    phone.press('Close');
    phone.press('Orders');
    await phone.until(() => phone.moduleTexts.firstOrNull == 'Hello, ${phone.name}.');
    phone.person.generous = true;
    phone.press('Text me when it arrives', on: phone.module);
    await phone.until(() => phone.moduleTexts.first.startsWith('${phone.name}, we text +1202'));
    phone.press('Sign out');
    await phone.until(() => phone.moduleTexts.join() == 'Signed out.');
    expectEqual(phone.texts.first, 'Signed out: signed_out');
  });

  runAll('');
}
