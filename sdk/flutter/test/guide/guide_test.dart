import '../story/world.dart';
import '../support/runner.dart';
import 'guide.dart';

void guideTests(Future<World> Function() open) {
  Future<Map<String, String>> phoneOf(World world, String name) async => {
    'GUIDE_ISSUER': world.server.issuer,
    'GUIDE_USERNAME': (await world.person(name)).$1.username,
    'GUIDE_PASSWORD': personPassword,
    'GUIDE_NAME': name,
  };

  test('the quick start has a host of at most 25 lines and a mini-program of at most 10', () {
    int lines(String name) => guideBlock(name).split('\n').where((line) => line.trim().isNotEmpty).length;
    check(lines('host') <= 25, '${lines('host')}');
    check(lines('taxi') <= 10, '${lines('taxi')}');
  });

  test('the quick start runs as it stands', () async {
    final world = await open();
    String here(String text) => text.replaceAll('https://id.example', world.server.issuer);
    final printed = await drive(
      'quick_start',
      {for (final name in ['host', 'taxi']) name: here(guideBlock(name))},
      entries: {'host': 'main', 'taxi': 'taxiMain'},
      environment: await phoneOf(world, 'Zoe Adler'),
    );
    check(printed.contains('2 passed, 0 failed'), printed);
  });

  test('the example runs as it stands', () async {
    final world = await open();
    String here(String text) => text.replaceAll('https://id.example', world.server.issuer);
    final printed = await drive(
      'example',
      {'host': here(exampleFile('main')), 'orders': exampleFile('orders')},
      entries: {'host': 'main', 'orders': 'showOrders'},
      environment: await phoneOf(world, 'Ida Brandt'),
    );
    check(printed.contains('2 passed, 0 failed'), printed);
  });
}
