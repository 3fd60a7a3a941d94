import 'package:flutter/widgets.dart';
import 'package:webview_flutter/webview_flutter.dart';

import '../host/mini_program.dart';
import 'web_view_place.dart';

/// Shows a mini-program that runs in a [WebViewPlace], and closes it when it is taken away.
final class MiniProgramView extends StatefulWidget {
  /// Shows [miniProgram].
  const MiniProgramView(this.miniProgram, {super.key});

  /// What `PorticoHost.launch` gave.
  final MiniProgram miniProgram;

  @override
  State<MiniProgramView> createState() => _MiniProgramViewState();
}

final class _MiniProgramViewState extends State<MiniProgramView> {
  @override
  void didUpdateWidget(MiniProgramView oldWidget) {
    super.didUpdateWidget(oldWidget);
    if (!identical(oldWidget.miniProgram, widget.miniProgram)) oldWidget.miniProgram.close();
  }

  @override
  void dispose() {
    widget.miniProgram.close();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => switch (widget.miniProgram.place) {
    WebViewPlace(:final controllers) => ValueListenableBuilder(
      valueListenable: controllers,
      builder: (_, controller, __) => WebViewWidget(key: ObjectKey(controller), controller: controller),
    ),
    _ => const SizedBox.shrink(),
  };
}
