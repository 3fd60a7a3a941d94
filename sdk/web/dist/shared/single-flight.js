export function singleFlight(work) {
    let flying = null;
    return () => (flying ??= work().finally(() => {
        flying = null;
    }));
}
