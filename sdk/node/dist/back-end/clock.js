export const systemClock = { wall: () => Date.now(), steady: () => performance.now() };
