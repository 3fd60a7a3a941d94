import 'package:flutter/material.dart';
import 'package:portico_flutter/mini_program.dart';

/// A mini-program that is a Flutter module: greets the person, and asks for the phone number when it is needed.
Future<void> showOrders() async {
  WidgetsFlutterBinding.ensureInitialized();
  final portico = await connect(onPersonChanged: () => runApp(const MaterialApp()));
  runApp(MaterialApp(home: Orders(portico)));
}

class Orders extends StatefulWidget {
  const Orders(this.portico, {super.key});

  final Connection portico;

  @override
  State<Orders> createState() => _OrdersState();
}

class _OrdersState extends State<Orders> {
  String _text = '';

  Connection get _portico => widget.portico;

  @override
  void initState() {
    super.initState();
    _portico.events.listen((event) {
      switch (event) {
        case SessionOver():
          _say('Signed out.');
        case LaunchedByHost() || PermissionsChanged():
          _greet();
        case PersonChanged() || ThemeChanged():
          setState(() {});
      }
    });
    _greet();
  }

  @override
  Widget build(BuildContext context) => Column(
    children: [
      Text(_text),
      if (!_portico.expired) TextButton(onPressed: _askForPhone, child: const Text('Text me when it arrives')),
    ],
  );

  Future<void> _greet() async {
    try {
      final profile = await _portico.profile();
      _say(switch (profile) {
        {'name': final String name, 'phone_number': final String phone} => '$name, we text $phone.',
        {'name': final String name} => 'Hello, $name.',
        _ => 'Hello.',
      });
    } on SessionExpired {
      _say('Signed out.');
    } on PorticoException {
      _say('Please try again.');
    }
  }

  Future<void> _askForPhone() async {
    if (await _portico.requestPermission('phone.verified')) return;
    _say('As you like: look in here from time to time.');
  }

  void _say(String text) {
    if (mounted) setState(() => _text = text);
  }
}
