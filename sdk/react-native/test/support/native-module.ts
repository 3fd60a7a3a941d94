// The native modules, where a test has no device: put where React Native looks for them.

import { NativeModules } from "react-native";

import { fakeBridge } from "./bridge";

NativeModules.MiniProgramBridge = fakeBridge;
NativeModules.RNCWebViewModule = {
  isFileUploadSupported: () => Promise.resolve(true),
  shouldStartLoadWithLockIdentifier: jest.fn(),
};
