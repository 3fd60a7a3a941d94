import 'widgets.dart';

export 'widgets.dart';

class MaterialApp extends Widget {
  const MaterialApp({super.key, this.home});
  final Widget? home;
  @override
  List<Widget> get inside => [if (home case final home?) home];
}

class Scaffold extends Widget {
  const Scaffold({super.key, this.body, this.floatingActionButton});
  final Widget? body;
  final Widget? floatingActionButton;
  @override
  List<Widget> get inside => [
    if (body case final body?) body,
    if (floatingActionButton case final button?) button,
  ];
}

class FloatingActionButton extends Widget {
  const FloatingActionButton({super.key, required this.onPressed, this.child});
  final void Function()? onPressed;
  final Widget? child;
  @override
  List<Widget> get inside => [if (child case final child?) child];
}

class IconData {
  const IconData(this.codePoint);
  final int codePoint;
}

abstract final class Icons {
  static const IconData logout = IconData(0xe3b3);
}

class Icon extends Widget {
  const Icon(this.icon, {super.key});
  final IconData? icon;
}

class TextButton extends Widget {
  const TextButton({super.key, required this.onPressed, required this.child});
  final void Function()? onPressed;
  final Widget child;
  @override
  List<Widget> get inside => [child];
}
