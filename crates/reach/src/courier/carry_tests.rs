#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use parking_lot::Mutex;
use portico_seal::SystemChance;
use tokio::time::Instant;

use super::super::Courier;
use super::*;

/// Answers each attempt with what is made of its number, and notes when it was and under which name.
struct Road {
    answer: fn(usize) -> Result<(), NotCarried>,
    takes: Duration,
    began: Instant,
    seen: Mutex<Vec<(u64, String)>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Road {
    fn new(takes: Duration, answer: fn(usize) -> Result<(), NotCarried>) -> Arc<Self> {
        let (seen, now, most) = Default::default();
        Arc::new(Self { answer, takes, began: Instant::now(), seen, now, most })
    }

    fn seconds(&self) -> Vec<u64> {
        self.seen.lock().iter().map(|(at, _)| *at).collect()
    }
}

#[async_trait]
impl Carry for Road {
    async fn carry(&self, errand: &Errand) -> Result<(), NotCarried> {
        let number = {
            let mut seen = self.seen.lock();
            seen.push((self.began.elapsed().as_secs(), errand.id.clone()));
            seen.len() - 1
        };
        self.most.fetch_max(self.now.fetch_add(1, SeqCst) + 1, SeqCst);
        tokio::time::sleep(self.takes).await;
        self.now.fetch_sub(1, SeqCst);
        (self.answer)(number)
    }
}

fn letter() -> Letter {
    let to = Address::Email("ana@people.example".into());
    Letter { to, subject: "A code".into(), text: "123456".into() }
}

/// A courier with this many letters, carried by this road until told to stop.
fn carried(road: &Arc<Road>, count: usize) -> (Courier, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    let clock: Clock = Arc::new(|| Moment::from_seconds(1_800_000_000));
    let carrier = Carrier::new(Some(road.clone()), None, Arc::new(SystemChance), clock);
    let (courier, letters) = Courier::new(carrier.ways());
    (0..count).for_each(|_| assert!(courier.post(letter())));
    let (stop, stopping) = watch::channel(false);
    let run = tokio::spawn(carrier.run(letters, stopping, Duration::from_secs(10)));
    (courier, stop, run)
}

#[tokio::test(start_paused = true)]
async fn a_message_is_tried_six_times_over_minutes_under_one_name() {
    let road = Road::new(Duration::ZERO, |_| Err(NotCarried::Later("down")));
    let (_courier, _stop, _run) = carried(&road, 1);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(road.seconds(), [0, 1, 6, 26, 86, 206]);
    let mut names: Vec<_> = road.seen.lock().iter().map(|(_, name)| name.clone()).collect();
    names.dedup();
    assert_eq!(names.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_carried_is_tried_once_and_what_is_carried_no_more() {
    for answer in [|_| Err(NotCarried::Never("no such mailbox")), |_| Ok(())] {
        let road = Road::new(Duration::ZERO, answer);
        let (_courier, stop, run) = carried(&road, 1);
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert_eq!(road.seconds(), [0]);
        stop.send(true).unwrap();
        run.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn sixteen_attempts_are_made_at_once_and_no_more() {
    let road = Road::new(Duration::from_secs(1), |_| Ok(()));
    let (_courier, stop, run) = carried(&road, 40);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!((road.seconds().len(), road.most.load(SeqCst)), (40, 16));
    stop.send(true).unwrap();
    run.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn at_the_end_what_waits_is_carried_within_the_grace() {
    let road = Road::new(Duration::from_secs(1), |_| Ok(()));
    let (courier, stop, run) = carried(&road, 30);
    stop.send(true).unwrap();
    run.await.unwrap();
    assert_eq!(road.seconds().len(), 30);
    assert!(!courier.post(letter()), "nobody is there to carry it");
}

#[tokio::test(start_paused = true)]
async fn a_way_that_is_down_holds_up_the_end_for_the_grace_only() {
    let road = Road::new(Duration::from_secs(60), |_| Err(NotCarried::Later("slow")));
    let (_courier, stop, run) = carried(&road, 3);
    stop.send(true).unwrap();
    run.await.unwrap();
    assert_eq!(road.began.elapsed().as_secs(), 10);
}
