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
  void setState(void Function() change) => change();
  Widget build(BuildContext context);

  /// Puts it on the screen, as Flutter would.
  void mount(StatefulWidget widget) {
    _widget = widget as T;
    initState();
  }

  /// Gives it another widget, as Flutter would.
  void update(StatefulWidget widget) {
    final old = _widget;
    _widget = widget as T;
    didUpdateWidget(old);
  }
}

class SizedBox extends Widget {
  const SizedBox({super.key, this.child});
  const SizedBox.shrink({super.key}) : child = null;
  final Widget? child;
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

State<StatefulWidget>? _mounted;
Widget? _root;

/// What is on the screen, for a test.
List<Widget> get onScreen => _below(_root);

/// Shows [app].
void runApp(Widget app) {
  _mounted?.dispose();
  _mounted = null;
  _root = app;
  onScreen;
}

List<Widget> _below(Widget? widget) {
  if (widget == null) return const [];
  if (widget is StatefulWidget) {
    final state = _mounted ??= widget.createState()..mount(widget);
    return [widget, ..._below(state.build(const BuildContext()))];
  }
  return [widget, for (final each in widget.inside) ..._below(each)];
}
