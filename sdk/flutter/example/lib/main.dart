import 'package:flutter/material.dart';
import 'package:portico_flutter/host.dart';

import 'orders.dart';

// The entry point of the module, which the platform looks up by its name.
@pragma('vm:entry-point')
Future<void> ordersMain() => showOrders();

const String issuer = String.fromEnvironment('ISSUER', defaultValue: 'https://id.example');

void main() {
  WidgetsFlutterBinding.ensureInitialized();
  final host = PorticoHost(
    issuer: issuer,
    clientId: 'super-app',
    redirectUri: Uri.parse('org.example.superapp:/back'),
    browser: const SystemBrowser(),
  );
  runApp(MaterialApp(home: Shell(host)));
}

/// The super app's one screen: who is here, what they may open, and what they have open.
class Shell extends StatefulWidget {
  const Shell(this.host, {super.key});

  final PorticoHost host;

  @override
  State<Shell> createState() => _ShellState();
}

class _ShellState extends State<Shell> {
  MiniProgram? _taxi;
  String _note = '';

  PorticoHost get _host => widget.host;

  @override
  void initState() {
    super.initState();
    _host.onSessionExpired.listen((end) => _show(note: 'Signed out: ${end.reason}'));
  }

  @override
  Widget build(BuildContext context) {
    final taxi = _taxi;
    if (taxi != null) {
      return Scaffold(
        body: Column(
          children: [
            TextButton(onPressed: _show, child: const Text('Close')),
            Expanded(child: MiniProgramView(taxi)),
          ],
        ),
      );
    }
    return Scaffold(
      body: Column(
        children: [
          Text(_note),
          if (_host.session == null)
            TextButton(onPressed: _signIn, child: const Text('Sign in'))
          else ...[
            TextButton(onPressed: _openTaxi, child: const Text('Taxi')),
            TextButton(onPressed: _openOrders, child: const Text('Orders')),
            TextButton(onPressed: _host.signOut, child: const Text('Sign out')),
          ],
        ],
      ),
    );
  }

  Future<void> _signIn() => _try(() async {
    await _host.signIn();
    final profile = await _host.call('/v1/me/profile');
    _show(note: 'Hello, ${profile['name']}.');
  });

  Future<void> _openTaxi() => _try(() async {
    final place = WebViewPlace(Uri.parse('https://taxi.example/'));
    _show(taxi: await _launch('org.example.taxi', place));
  });

  Future<void> _openOrders() => _try(() => _launch('org.example.orders', FlutterModule()));

  /// Somebody who refused what the mini-program cannot do without is asked once more.
  Future<MiniProgram> _launch(String appId, Place place) async {
    try {
      return await _host.launch(appId, place);
    } on AccessDenied {
      return _host.launch(appId, place, askAgain: true);
    }
  }

  Future<void> _try(Future<void> Function() action) async {
    try {
      await action();
    } on PorticoException catch (error) {
      _show(note: error.retryable ? 'Please try again.' : 'That did not work (${error.code}).');
    }
  }

  void _show({MiniProgram? taxi, String note = ''}) {
    if (!mounted) return;
    setState(() {
      _taxi = taxi;
      _note = note;
    });
  }
}
