export const systemClock = { wall: () => Date.now(), steady: () => performance.now() };
export function momentOf(clock) {
    return { wall: clock.wall(), steady: clock.steady() };
}
export function since(now, earlier) {
    return Math.max(now.wall - earlier.wall, now.steady - earlier.steady);
}
