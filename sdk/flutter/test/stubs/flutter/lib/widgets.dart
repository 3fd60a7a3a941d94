import 'dart:async';

/// A widget, which a test can look into.
abstract class Widget {
  const Widget({this.key});
  final Key? key;

  /// What it shows, for a test.
  List<Widget> get inside => const [];
}

class Key {
  const Key(this.value);
  final String value;
}

class ObjectKey implements Key {
  const ObjectKey(this.object);
  final Object? object;
  @override
  String get value => '$object';
}

final class BuildContext {
  const BuildContext();
}

abstract class StatelessWidget extends Widget {
  const StatelessWidget({super.key});
  Widget build(BuildContext context);
  @override
  List<Widget> get inside => [build(const BuildContext())];
}

abstract class StatefulWidget extends Widget {
  const StatefulWidget({super.key});
  State<StatefulWidget> createState();
}

abstract class State<T extends StatefulWidget> {
  late T _widget;
  T get widget => _widget;
  BuildContext get context => const BuildContext();
  void initState() {}
  void didUpdateWidget(covariant T oldWidget) {}
  void dispose() {}
  bool mounted = false;
  void setState(void Function() change) => change();
  Widget build(BuildContext context);

  /// Puts it on the screen, as Flutter would.
  void mount(StatefulWidget widget) {
    _widget = widget as T;
    mounted = true;
    initState();
  }

  /// Gives it another widget, as Flutter would.
  void update(StatefulWidget widget) {
    final old = _widget;
    _widget = widget as T;
    didUpdateWidget(old);
  }
}

abstract class ValueListenable<T> {
  T get value;
  void addListener(void Function() listener);
  void removeListener(void Function() listener);
}

class ValueNotifier<T> implements ValueListenable<T> {
  ValueNotifier(this._value);
  final List<void Function()> _listeners = [];
  T _value;
  @override
  T get value => _value;
  set value(T value) {
    if (_value == value) return;
    _value = value;
    for (final listener in [..._listeners]) {
      listener();
    }
  }

  @override
  void addListener(void Function() listener) => _listeners.add(listener);
  @override
  void removeListener(void Function() listener) => _listeners.remove(listener);
}

/// Shows what [valueListenable] holds whenever a test looks.
class ValueListenableBuilder<T> extends Widget {
  const ValueListenableBuilder({super.key, required this.valueListenable, required this.builder, this.child});
  final ValueListenable<T> valueListenable;
  final Widget Function(BuildContext context, T value, Widget? child) builder;
  final Widget? child;
  @override
  List<Widget> get inside => [builder(const BuildContext(), valueListenable.value, child)];
}

class SizedBox extends Widget {
  const SizedBox({super.key, this.child});
  const SizedBox.shrink({super.key}) : child = null;
  final Widget? child;
}

class Column extends Widget {
  const Column({super.key, this.children = const []});
  final List<Widget> children;
  @override
  List<Widget> get inside => children;
}

class Expanded extends Widget {
  const Expanded({super.key, required this.child});
  final Widget child;
  @override
  List<Widget> get inside => [child];
}

enum TextDirection { ltr, rtl }

class Text extends Widget {
  const Text(this.data, {super.key, this.textDirection});
  final String data;
  final TextDirection? textDirection;
}

class WidgetsFlutterBinding {
  static WidgetsFlutterBinding ensureInitialized() => WidgetsFlutterBinding();
}

final class _Screen {
  final Map<String, State<StatefulWidget>> mounted = {};
  Widget? root;
}

final Map<Object?, _Screen> _screens = {};

/// Every engine has a screen.
_Screen get _screen => _screens[Zone.current[#engine]] ??= _Screen();

/// What is on the screen of this engine, for a test. What has left it is disposed.
List<Widget> get onScreen {
  final screen = _screen, seen = <String>{};
  final found = _below(screen.root, '', seen);
  for (final place in screen.mounted.keys.where((place) => !seen.contains(place)).toList()) {
    screen.mounted.remove(place)!
      ..mounted = false
      ..dispose();
  }
  return found;
}

/// Shows [app].
void runApp(Widget app) {
  _screen.root = app;
  onScreen;
}

List<Widget> _below(Widget? widget, String above, Set<String> seen) {
  if (widget == null) return const [];
  final place = '$above/${widget.runtimeType}';
  final List<Widget> inside;
  if (widget is StatefulWidget) {
    seen.add(place);
    final state = _screen.mounted[place] ??= widget.createState()..mount(widget);
    if (!identical(state.widget, widget)) state.update(widget);
    inside = [state.build(const BuildContext())];
  } else {
    inside = widget.inside;
  }
  return [
    widget,
    for (final (at, each) in inside.indexed) ..._below(each, '$place/$at', seen),
  ];
}
