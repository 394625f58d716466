//! Several processes simulated in one: each has its own open files, and locks belong to open files.

use std::time::Instant;

use super::*;
use crate::http::{Budget, RateLimit, limiter::Limiter};

struct Process(Arc<Processes>);

impl Process {
    fn start(directory: &Path) -> Self {
        Self(Processes::open(directory).unwrap())
    }

    fn account(&self) -> Arc<Account> {
        self.0.account("Vendor", "https://h.example", &Secret::new("key"))
    }

    fn limiter(&self, text: &str) -> Arc<Limiter> {
        Limiter::with_account(limit(text), Some(self.account()))
    }

    /// Frees its lock, as the operating system does for a killed process.
    fn kill(&self) {
        fs::remove_file(self.0.directory.join(format!("{PROCESS}{}", self.0.own))).unwrap();
    }
}

fn limit(text: &str) -> Option<RateLimit> {
    (text != "off").then(|| text.parse().unwrap())
}

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn full(room: &Room) -> bool {
    matches!(room, Room::Full(_))
}

async fn send(limiter: &Arc<Limiter>) {
    let mut slot = limiter.acquire(&Budget::lasting(Duration::from_secs(60))).await.unwrap();
    slot.set_used(true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_processes_use_one_limit_and_never_exceed_it() {
    let directory = directory();
    let window = Duration::from_millis(500);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let process = Process::start(directory.path());
        let limiter = process.limiter("40/500ms");
        for _ in 0..50 {
            let limiter = limiter.clone();
            tasks.spawn(async move {
                let mut slot = limiter.acquire(&Budget::lasting(Duration::from_secs(60))).await.unwrap();
                slot.set_used(true);
                let arrived = Instant::now();
                tokio::time::sleep(Duration::from_millis(2)).await;
                arrived
            });
        }
    }
    let mut arrivals = tasks.join_all().await;
    arrivals.sort();
    for pair in arrivals.windows(41) {
        assert!(pair[40] - pair[0] >= window, "41 requests within the window");
    }
    let took = arrivals[199] - arrivals[0];
    assert!(took >= window * 4);
    assert!(took < window * 5, "only {:.0} % of the limit", 200.0 / took.as_secs_f64());
}

#[tokio::test]
async fn a_restarted_process_knows_what_was_sent_and_the_pause() {
    let directory = directory();
    let first = Process::start(directory.path());
    let limiter = first.limiter("2/1h");
    send(&limiter).await;
    send(&limiter).await;
    drop((first, limiter));
    let second = Process::start(directory.path()).account();
    assert!(full(&second.take(limit("2/1h")).await));

    second.hold(Duration::from_secs(60)).await;
    drop(second);
    for text in ["2/1h", "off"] {
        let third = Process::start(directory.path());
        assert!(matches!(third.account().take(limit(text)).await, Room::Paused(_)), "{text}");
        let soon = Budget::lasting(Duration::from_secs(1));
        let started = Instant::now();
        third.limiter(text).acquire(&soon).await.unwrap_err();
        assert!(started.elapsed() < Duration::from_millis(500), "it ends without waiting");
    }
}

#[tokio::test]
async fn slots_of_a_killed_process_become_free() {
    let directory = directory();
    let [killed, alive] = [(); 2].map(|()| Process::start(directory.path()));
    let (of_killed, account) = (killed.account(), alive.account());
    let limit = limit("2/300ms");
    assert_eq!(of_killed.take(limit).await, Room::Free);
    assert_eq!(of_killed.take(limit).await, Room::Free);
    assert_eq!(account.take(limit).await, Room::AllInFlight);
    killed.kill();
    // Live processes are checked every second.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert!(full(&account.take(limit).await), "they count as answered when the death is noticed");
    tokio::time::sleep(Duration::from_millis(310)).await;
    assert_eq!(account.take(limit).await, Room::Free);
}

#[tokio::test]
async fn the_strictest_limit_applies_to_all_and_ends_with_its_process() {
    let directory = directory();
    let [strict, lenient, off] = [(); 3].map(|()| Process::start(directory.path()));
    let (of_strict, lenient, off) = (strict.account(), lenient.account(), off.account());
    assert_eq!(off.take(None).await, Room::Free);
    off.put_back(true);
    assert_eq!(of_strict.take(limit("1/1h")).await, Room::Free);
    of_strict.put_back(true);
    assert!(full(&lenient.take(limit("100/1s")).await));
    assert!(full(&off.take(None).await));
    drop(of_strict);
    assert_eq!(lenient.take(limit("100/1s")).await, Room::Free);
}

#[tokio::test]
async fn a_slot_whose_request_was_not_sent_costs_nothing() {
    let directory = directory();
    let [one, two] = [(); 2].map(|()| Process::start(directory.path()).account());
    assert_eq!(one.take(limit("1/1h")).await, Room::Free);
    assert_eq!(two.take(limit("1/1h")).await, Room::AllInFlight);
    one.put_back(false);
    assert_eq!(two.take(limit("1/1h")).await, Room::Free);
}

#[tokio::test]
async fn a_ledger_that_is_no_ledger_counts_as_used_up() {
    let directory = directory();
    let account = Process::start(directory.path()).account();
    assert_eq!(account.take(limit("2/1h")).await, Room::Free);
    for entry in fs::read_dir(directory.path()).unwrap().map(Result::unwrap) {
        if entry.file_name().to_string_lossy().starts_with("limit-") {
            fs::write(entry.path(), "{\"epoch\": [").unwrap();
        }
    }
    assert!(full(&account.take(limit("2/1h")).await));
}

#[tokio::test]
async fn without_its_directory_a_process_goes_on_alone_with_its_own_limit() {
    let directory = directory();
    let process = Process::start(directory.path());
    let limiter = process.limiter("1/300ms");
    fs::remove_dir_all(directory.path()).unwrap();
    let started = Instant::now();
    send(&limiter).await;
    send(&limiter).await;
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(process.account().take(limit("1/1h")).await, Room::Free);
}

#[tokio::test]
async fn a_ledger_that_is_removed_is_replaced() {
    let directory = directory();
    let [one, two] = [(); 2].map(|()| Process::start(directory.path()).account());
    assert_eq!(one.take(limit("2/1h")).await, Room::Free);
    assert_eq!(two.take(limit("2/1h")).await, Room::Free);
    fs::remove_file(&one.path).unwrap();
    one.put_back(true);
    two.put_back(true);
    assert!(full(&one.take(limit("2/1h")).await));
}

#[test]
fn a_process_is_alive_as_long_as_it_holds_its_lock() {
    let directory = directory();
    let [one, two] = [(); 2].map(|()| Process::start(directory.path()));
    let own = two.0.own.clone();
    assert!(one.0.is_alive(&own));
    drop(two);
    assert!(!one.0.is_alive(&own));
    assert!(!one.0.is_alive("../key"));
}

#[test]
fn what_dead_processes_left_behind_is_removed() {
    let directory = directory();
    let [dead, old, recent] =
        [format!("{PROCESS}{}", Uuid::new_v4().simple()), "limit-old".to_owned(), "limit-recent".to_owned()]
            .map(|name| directory.path().join(name));
    for path in [&dead, &old, &recent] {
        fs::write(path, "").unwrap();
    }
    let long_ago = fs::metadata(&old).unwrap().modified().unwrap() - KEPT * 2;
    File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
    let process = Process::start(directory.path());
    let other = Process::start(directory.path());
    assert!(process.0.is_alive(&other.0.own) && other.0.is_alive(&process.0.own));
    assert_eq!([dead, old, recent].map(|path| path.exists()), [false, false, true]);
}

#[test]
fn file_names_need_the_key_of_the_directory() {
    let [directory, another] = [directory(), directory()];
    let [one, two, other] =
        [&directory, &directory, &another].map(|directory| Process::start(directory.path()));
    assert_eq!(one.account().path, two.account().path);
    assert_ne!(one.account().path.file_name(), other.account().path.file_name());
    let another_key = one.0.account("Vendor", "https://h.example", &Secret::new("key-2"));
    assert_ne!(one.account().path, another_key.path);
    assert_eq!(fs::read(directory.path().join(KEY)).unwrap().len(), 32);
}

#[tokio::test]
async fn what_is_stored_of_a_large_limit_is_small_and_without_a_limit_nothing_is() {
    let directory = directory();
    for (text, bound) in [("off", 0), ("100000/1s", 8 * 1024)] {
        let account = Process::start(directory.path()).account();
        for _ in 0..500 {
            assert_eq!(account.take(limit(text)).await, Room::Free);
            account.put_back(true);
        }
        let stored = fs::metadata(&account.path).unwrap().len();
        assert!(stored <= bound, "{text}: {stored} bytes");
    }
}
