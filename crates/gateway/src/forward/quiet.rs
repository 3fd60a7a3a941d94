//! A waker that does not wake those who are awake.
//!
//! A link is driven by the task that reads from it. The library's channels between the two wake the one side
//! when the other has taken something, although both are this task, which is awake and about to look: each
//! message would cost another turn of the task for nothing.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};

use parking_lot::Mutex;

thread_local! {
    static HERE: Cell<u8> = const { Cell::new(0) };
}

/// The thread that this runs in, as a number that no other running thread has.
fn here() -> usize {
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

/// Wakes the task that drives a link, save when that task itself is the cause and says so.
pub(super) struct Quiet {
    task: Mutex<Waker>,
    /// The thread in which the task is awake and needs no waking; none if 0.
    awake_in: AtomicUsize,
}

impl Quiet {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { task: Mutex::new(Waker::noop().clone()), awake_in: AtomicUsize::new(0) })
    }

    /// The task to wake from now on.
    pub(super) fn is_for(&self, context: &Context<'_>) {
        self.task.lock().clone_from(context.waker());
    }

    /// Does something that may wake the task, which will drive the link before it rests.
    pub(super) fn while_awake<T>(&self, work: impl FnOnce() -> T) -> T {
        self.awake_in.store(here(), Ordering::Relaxed);
        let done = work();
        self.awake_in.store(0, Ordering::Relaxed);
        done
    }
}

impl Wake for Quiet {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    /// What wakes from another thread is never the task's own doing.
    fn wake_by_ref(self: &Arc<Self>) {
        if self.awake_in.load(Ordering::Relaxed) != here() {
            let task = self.task.lock().clone();
            task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn only_what_the_task_does_itself_leaves_it_alone() {
        let count = Arc::new(Count(AtomicUsize::new(0)));
        let (task, quiet) = (Waker::from(count.clone()), Quiet::new());
        quiet.is_for(&Context::from_waker(&task));
        let waker = Waker::from(quiet.clone());
        quiet.while_awake(|| waker.wake_by_ref());
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
        waker.wake_by_ref();
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        quiet.while_awake(|| std::thread::scope(|scope| scope.spawn(|| waker.wake_by_ref()).join()).is_ok());
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
    }
}
