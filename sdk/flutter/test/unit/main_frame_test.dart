import 'package:portico_flutter/src/host/main_frame.dart';

import '../support/runner.dart';

void mainFrameTests() {
  test('a document is there from its first word until another speaks', () {
    final frame = MainFrame();
    check(frame.spoke(1) && frame.spoke(1));
    check(frame.spoke(2) && !frame.spoke(1));
    expectEqual(frame.shown, 2);
  });

  test('a beginning ends the document before, whether it comes before the first word of the next or after', () {
    final frame = MainFrame()..began();
    check(frame.spoke(1));
    frame
      ..finished()
      ..began();
    expectEqual(frame.shown, null);
    check(!frame.spoke(1) && frame.spoke(2));
    check(frame.spoke(3));
    frame.began();
    expectEqual(frame.shown, 3);
    frame.began();
    expectEqual(frame.shown, null);
  });

  test('documents that never speak leave nobody deaf', () {
    final frame = MainFrame()
      ..began()
      ..began()
      ..began();
    check(frame.spoke(1));
    frame
      ..finished()
      ..began();
    expectEqual(frame.shown, null);
  });

  test('a document that is heard before it began is there, also after one that never spoke', () {
    for (final silent in [(MainFrame frame) => frame..began(), (MainFrame frame) => frame..began()..finished()]) {
      final frame = MainFrame()..began();
      check(frame.spoke(1));
      silent(frame..finished());
      expectEqual(frame.shown, null);
      check(frame.spoke(2));
      frame.began();
      expectEqual(frame.shown, 2);
      check(frame.spoke(2));
      frame
        ..finished()
        ..began();
      expectEqual(frame.shown, null);
    }
  });

  test('a document that the platform numbers is there from its beginning', () {
    final frame = MainFrame()..began(1);
    check(frame.spoke(1));
    frame.began(1);
    expectEqual(frame.shown, 1);
    frame.began(2);
    check(!frame.spoke(1));
    expectEqual(frame.shown, 2);
  });

  test('what has left is not there again', () {
    final frame = MainFrame()..spoke(1);
    frame.left();
    check(!frame.spoke(1) && frame.spoke(2));
  });
}
