import 'guide/guide_test.dart';
import 'story/story_test.dart';
import 'story/world.dart';
import 'support/runner.dart';
import 'unit/channel_test.dart';
import 'unit/connection_test.dart';
import 'unit/endings_test.dart';
import 'unit/events_test.dart';
import 'unit/keystore_test.dart';
import 'unit/launch_test.dart';
import 'unit/main_frame_test.dart';
import 'unit/meanwhile_test.dart';
import 'unit/native_test.dart';
import 'unit/shared_test.dart';
import 'unit/sign_in_test.dart';
import 'unit/tokens_test.dart';
import 'unit/trust_test.dart';
import 'unit/vectors_test.dart';
import 'unit/web_view_test.dart';

/// Runs every test; an argument keeps those whose names contain it.
void main(List<String> arguments) {
  sharedTests();
  vectorTests();
  signInTests();
  tokensTests();
  keystoreTests();
  trustTests();
  launchTests();
  meanwhileTests();
  endingTests();
  eventsTests();
  connectionTests();
  channelTests();
  mainFrameTests();
  webViewTests();
  nativeTests();
  Future<World>? world;
  Future<World> open() => world ??= World.begin();
  storyTests(open);
  guideTests(open);
  atEnd(() async {
    final code = await (await world)?.server.stop() ?? 0;
    if (code != 0) throw StateError('the server ended with $code');
  });
  runAll(arguments.firstOrNull ?? '');
}
