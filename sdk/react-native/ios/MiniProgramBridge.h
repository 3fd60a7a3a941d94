#import <PorticoSpec/PorticoSpec.h>

/// The native module `MiniProgramBridge`, as `src/spec/NativeMiniProgramBridge.ts` describes it. What it does is in
/// `Bridge.swift`; this is the part that React Native can call.
@interface MiniProgramBridge : NativeMiniProgramBridgeSpecBase <NativeMiniProgramBridgeSpec>
@end
