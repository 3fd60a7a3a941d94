#import "MiniProgramBridge.h"

#import <React/RCTViewRegistry.h>

#if __has_include("portico_react_native-Swift.h")
#import "portico_react_native-Swift.h"
#else
#import <portico_react_native/portico_react_native-Swift.h>
#endif

@interface MiniProgramBridge () <PorticoBridgeDelegate>
@end

@implementation MiniProgramBridge {
  PorticoBridge *_bridge;
  // Under the module's lock, as events are: what React Native has behind them goes once `invalidate` has returned.
  BOOL _isOver;
}

@synthesize viewRegistry_DEPRECATED = _viewRegistry;

RCT_EXPORT_MODULE()

- (instancetype)init
{
  if (self = [super init]) {
    _bridge = [PorticoBridge new];
    _bridge.delegate = self;
  }
  return self;
}

- (std::shared_ptr<facebook::react::TurboModule>)getTurboModule:
    (const facebook::react::ObjCTurboModule::InitParams &)params
{
  return std::make_shared<facebook::react::NativeMiniProgramBridgeSpecJSI>(params);
}

- (void)invalidate
{
  @synchronized(self) {
    _isOver = YES;
  }
  PorticoBridge *bridge = _bridge;
  dispatch_async(dispatch_get_main_queue(), ^{
    [bridge leaveAll];
  });
}

- (void)attach:(NSInteger)viewTag
       channel:(NSString *)channel
       origins:(NSArray *)origins
       profile:(NSString *)profile
       resolve:(RCTPromiseResolveBlock)resolve
        reject:(RCTPromiseRejectBlock)reject
{
  // Once React has put everything on the screen that it has committed: the WebView is there then.
  [_viewRegistry addUIBlock:^(RCTViewRegistry *views) {
    NSString *refusal = [self->_bridge attachTo:[views viewForReactTag:@(viewTag)] channel:channel origins:origins];
    if (refusal != nil) {
      reject(refusal, refusal, nil);
      return;
    }
    // react-native-webview gives every view a data store of its own where it is `incognito`, as the component sets it.
    resolve(@{@"storageApart" : @YES});
  }];
}

- (void)detach:(NSString *)channel
{
  dispatch_async(dispatch_get_main_queue(), ^{
    [self->_bridge detach:channel];
  });
}

- (void)post:(NSString *)channel document:(NSInteger)document text:(NSString *)text
{
  dispatch_async(dispatch_get_main_queue(), ^{
    [self->_bridge post:channel document:document text:text];
  });
}

- (NSString *)randomBytes:(NSInteger)count
{
  // An error for JavaScript, where Swift would end the app.
  if (count < 1 || count > 1024) [NSException raise:NSInvalidArgumentException format:@"1 to 1024 bytes"];
  return [PorticoChance randomBytes:count];
}

- (NSString *)sha256:(NSString *)text
{
  return [PorticoChance sha256:text];
}

#pragma mark - PorticoBridgeDelegate

- (void)messageFrom:(NSString *)channel document:(NSInteger)document origin:(NSString *)origin text:(NSString *)text
{
  @synchronized(self) {
    if (_isOver) return;
    [self emitOnMessage:@{@"channel" : channel, @"document" : @(document), @"origin" : origin, @"text" : text}];
  }
}

- (void)documentGoneFrom:(NSString *)channel document:(NSInteger)document
{
  @synchronized(self) {
    if (_isOver) return;
    [self emitOnDocumentGone:@{@"channel" : channel, @"document" : @(document)}];
  }
}

- (void)navigationRefusedIn:(NSString *)channel url:(NSString *)url
{
  @synchronized(self) {
    if (_isOver) return;
    [self emitOnNavigationRefused:@{@"channel" : channel, @"url" : url}];
  }
}

@end
