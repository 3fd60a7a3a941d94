import '../host/place.dart';
import '../shared/messages.dart';
import 'module_channel.dart';

/// A mini-program that is a Flutter module of this app and runs in an engine of its own.
///
/// The platform's side of the app says which entry point belongs to which id, see the README. A module is part of the
/// app and shares its process and plugins: what is not yours belongs into a WebView. Another person gets a new engine;
/// what the module wrote down itself (files, preferences) stays, so write it down by person.
final class FlutterModule implements Place {
  /// The module of the mini-program that is launched here.
  FlutterModule({ModuleChannel? channel}) : _channel = channel ?? ModuleChannel.shared;

  final ModuleChannel _channel;
  String? _id;

  @override
  Set<String> get origins => const {};

  @override
  Future<void> open(BridgeMessage launch, PlaceListener listener) {
    _id = launch.text('miniProgramId');
    return _channel.open(launch, listener);
  }

  @override
  Future<void> reopen(BridgeMessage launch, PlaceListener listener) => _channel.reopen(launch, listener);

  @override
  Future<void> close() async {
    if (_id case final id?) await _channel.close(id);
  }
}
