//! What the SQLite file promises beside: it outlives its process, is shared by several, and says what is wrong with it.

use std::{fs, path::Path};

use hrflow_core::{
    ErrorKind, Secret,
    state::{Claim, Keep, LetterFilter, Passage, Record, RunStage, SqliteState, State},
};
use jiff::SignedDuration;
use rusqlite::Connection;

use crate::support::{at, begin, claimed, info, intent, key, letter, receipt, result, trace, wanted};

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn open(directory: &Path) -> SqliteState {
    SqliteState::open(directory).unwrap()
}

fn raw(directory: &Path) -> Connection {
    Connection::open(directory.join("state.db")).unwrap()
}

#[tokio::test]
async fn everything_is_there_when_it_is_opened_again() {
    let directory = directory();
    let place = directory.path().join("new/state");
    {
        let state = open(&place);
        assert!(state.is_new());
        let run = state.begin_run(&info("one", true)).await.unwrap();
        run.record(&[Record::Receipt(key("a"), receipt("7"))]).await.unwrap();
        claimed(run.as_ref(), "b").await;
        run.intend(&[intent("b", "bob@example.com")]).await.unwrap();
        run.record(&[Record::DeadLetter(Box::new(letter("c", "write", ErrorKind::Invalid)))]).await.unwrap();
        run.save_cursor(&crate::support::target(), "here").await.unwrap();
        run.finish(&result("one")).await.unwrap();
        state.grants().store("client", &Secret::new("refresh")).await.unwrap();
    }
    assert!(SqliteState::open_existing(&place).unwrap().is_some());
    let state = open(&place);
    assert!(!state.is_new());
    let run = state.begin_run(&info("two", true)).await.unwrap();
    assert_eq!(claimed(run.as_ref(), "a").await.receipt, Some(receipt("7")));
    assert_eq!(claimed(run.as_ref(), "b").await.trace, Some(trace("bob@example.com")));
    assert_eq!(run.cursor(&crate::support::target()).await.unwrap().as_deref(), Some("here"));
    assert_eq!(state.history().dead_letters(&LetterFilter::default(), 0, 10).await.unwrap().len(), 1);
    assert_eq!(state.last_result("workflow").await.unwrap(), Some(result("one")));
    assert_eq!(state.grants().load("client").await.unwrap().unwrap().expose(), "refresh");
    let found = state.history().items("Bob@Example.com").await.unwrap();
    assert_eq!(found.iter().map(|it| it.key.clone()).collect::<Vec<_>>(), [key("b").item]);
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let directory = directory();
    let place = directory.path().join("state");
    let state = open(&place);
    begin(&state, "one").await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place), 0o700);
    for file in ["state.db", "state.db-wal", "state.db-shm"] {
        assert_eq!(mode(&place.join(file)), 0o600, "{file}");
    }
    drop(state);
    fs::set_permissions(place.join("state.db"), fs::Permissions::from_mode(0o644)).unwrap();
    open(&place);
    assert_eq!(mode(&place.join("state.db")), 0o600, "as after a copy was put back");
}

#[tokio::test]
async fn two_programs_share_it() {
    let directory = directory();
    let (one, two) = (open(directory.path()), open(directory.path()));
    let first = one.begin_run(&info("one", true)).await.unwrap();
    let second = begin(&two, "two").await;
    claimed(first.as_ref(), "a").await;
    first.intend(&[intent("a", "ada@example.com")]).await.unwrap();
    assert_eq!(second.claim(&[wanted("a")]).await.unwrap(), [Claim::Busy]);
    assert_eq!(two.begin_run(&info("three", true)).await.err().unwrap().kind(), ErrorKind::Unavailable);
    assert_eq!(two.history().run("one").await.unwrap()[0].stage, RunStage::Running);

    let writers = (0..8).map(|writer| {
        let state = if writer % 2 == 0 { one.clone() } else { two.clone() };
        tokio::spawn(async move {
            let run = begin(&state, &format!("writer {writer}")).await;
            for item in 0..50 {
                let key = key(&format!("{writer}/{item}"));
                run.record(&[
                    Record::Receipt(key.clone(), receipt(&format!("{writer}-{item}"))),
                    Record::Settled(key, Some(Passage::Created)),
                ])
                .await
                .unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(one.history().receipts(0, 1_000).await.unwrap().len(), 400);

    drop(first);
    assert_eq!(claimed(second.as_ref(), "a").await.trace, Some(trace("ada@example.com")));
    assert_eq!(two.history().run("one").await.unwrap()[0].stage, RunStage::BrokenOff);
}

#[tokio::test]
async fn what_a_killed_run_owned_is_free() {
    let directory = directory();
    let state = open(directory.path());
    drop(begin(&state, "one").await);
    // A kill leaves the row as it is, and no lock.
    raw(directory.path())
        .execute_batch(
            "UPDATE runs SET broken_off = 0; INSERT INTO targets VALUES (1, 'vendor host company 1', 'profile'); \
             INSERT INTO items (target, item_key, owner) SELECT 1, 'source/a', run FROM runs;",
        )
        .unwrap();
    let run = begin(&state, "two").await;
    claimed(run.as_ref(), "a").await;
    assert_eq!(state.history().run("one").await.unwrap()[0].stage, RunStage::BrokenOff);
}

#[tokio::test]
async fn what_is_old_expires_and_receipts_stay() {
    let directory = directory();
    let keep = Keep { dead_letters: SignedDuration::from_hours(24), runs: SignedDuration::from_hours(48) };
    let state = SqliteState::open_keeping(directory.path(), keep).unwrap();
    let hours = |hours: i64| at(hours * 3600);
    let run_at = async |id: &str, hour: i64| {
        let info = hrflow_core::state::RunInfo { started_at: hours(hour), ..info(id, false) };
        let run = state.begin_run(&info).await.unwrap();
        run.record(&[
            Record::Receipt(key(id), receipt(id)),
            Record::DeadLetter(Box::new(hrflow_core::state::DeadLetter {
                at: hours(hour),
                ..letter(id, "resume", ErrorKind::Invalid)
            })),
            Record::Settled(key(id), Some(Passage::Created)),
        ])
        .await
        .unwrap();
        run.finish(&result(id)).await.unwrap();
    };
    let left = async || {
        let letters = state.history().dead_letters(&LetterFilter::default(), 0, 10).await.unwrap();
        (letters.len(), state.history().runs(None, 10).await.unwrap().len())
    };
    run_at("a", 0).await;
    // The first run after a leap of the clock expires nothing.
    run_at("b", 40).await;
    assert_eq!(left().await, (2, 2));
    run_at("c", 50).await;
    assert_eq!(
        left().await,
        (2, 3),
        "the time of the run before counts: a's letter is gone, the runs are not"
    );
    run_at("d", 51).await;
    assert_eq!(left().await, (3, 3), "a's run is gone too");
    let item = state.history().items("a").await.unwrap().remove(0);
    assert!(item.receipt.is_some() && item.passages.is_empty());
}

#[test]
fn a_damaged_file_is_named_and_left_as_it_is() {
    let directory = directory();
    let file = directory.path().join("state.db");
    fs::write(&file, "this is no database, and long enough to have a header of one hundred bytes".repeat(4))
        .unwrap();
    let before = fs::read(&file).unwrap();
    let error = SqliteState::open(directory.path()).err().unwrap();
    assert!(error.to_string().contains("damaged") && error.to_string().contains("backup"), "{error}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn damage_in_the_middle_stops_what_meets_it() {
    let directory = directory();
    {
        let state = open(directory.path());
        let run = begin(&state, "one").await;
        for item in 0..200 {
            run.record(&[Record::Receipt(key(&item.to_string()), receipt(&item.to_string()))]).await.unwrap();
        }
    }
    let file = directory.path().join("state.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes[8192..].fill(0x5a);
    fs::write(&file, bytes).unwrap();
    // Whichever comes first finds it.
    let error = match SqliteState::open(directory.path()) {
        Err(error) => error,
        Ok(state) => match state.begin_run(&info("two", false)).await {
            Err(error) => error,
            Ok(run) => run.claim(&[wanted("7")]).await.err().unwrap(),
        },
    };
    assert!(error.to_string().contains("damaged"), "{error}");
    assert_eq!(error.scope(), hrflow_core::Scope::Run);
}

#[test]
fn another_programs_database_is_left_alone() {
    let directory = directory();
    raw(directory.path()).execute_batch("CREATE TABLE theirs (x); PRAGMA user_version = 1;").unwrap();
    let file = directory.path().join("state.db");
    #[cfg(unix)]
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let before = (fs::read(&file).unwrap(), fs::metadata(&file).unwrap().permissions());
    let error = rejection(directory.path());
    assert!(error.contains("another program's database"), "{error}");
    assert_eq!((fs::read(&file).unwrap(), fs::metadata(&file).unwrap().permissions()), before);
}

#[test]
fn a_file_of_a_newer_version_is_refused() {
    let directory = directory();
    drop(open(directory.path()));
    raw(directory.path()).execute_batch("PRAGMA user_version = 99;").unwrap();
    let error = SqliteState::open(directory.path()).err().unwrap();
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let directory = directory();
    fs::write(directory.path().join("file"), "").unwrap();
    let error = SqliteState::open(&directory.path().join("file/state")).err().unwrap();
    assert!(error.to_string().contains("--state-dir"), "{error}");
}

/// Why state is not opened: for writing, and for reading.
fn rejection(directory: &Path) -> String {
    let error = SqliteState::open(directory).err().unwrap();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Internal, hrflow_core::Scope::Run));
    let reading = SqliteState::open_existing(directory).err().unwrap();
    assert_eq!(reading.to_string(), error.to_string());
    error.to_string()
}

#[test]
fn a_file_without_our_header_is_never_new() {
    let whole = directory();
    drop(open(whole.path()));
    let whole = fs::read(whole.path().join("state.db")).unwrap();
    let no_database = vec![0; 4096];
    for (content, expected) in [
        (&whole[..0], "damaged"),
        (&whole[..1], "damaged"),
        (&whole[..99], "damaged"),
        (&whole[..511], "damaged"),
        (&whole[..512], "damaged"),
        (&whole[..8192], "damaged"),
        (&no_database, "damaged"),
    ] {
        let directory = directory();
        let file = directory.path().join("state.db");
        fs::write(&file, content).unwrap();
        let error = rejection(directory.path());
        assert!(error.contains(expected) && error.contains("backup"), "{} bytes: {error}", content.len());
        assert_eq!(fs::read(&file).unwrap(), content);
    }
}

#[test]
fn a_directory_that_held_state_is_not_new() {
    let directory = directory();
    drop(open(directory.path()));
    fs::remove_file(directory.path().join("state.db")).unwrap();
    let error = rejection(directory.path());
    assert!(error.contains("holds no state.db") && error.contains("locks"), "{error}");
    assert!(!directory.path().join("state.db").exists());
    // Something else is no better: a copy under another name may be all that is left.
    fs::remove_dir(directory.path().join("locks")).unwrap();
    fs::write(directory.path().join("state.db.bak"), "").unwrap();
    assert!(rejection(directory.path()).contains("state.db.bak"));
}

#[test]
fn an_empty_directory_is_new() {
    let directory = directory();
    let open_existing = || SqliteState::open_existing(directory.path()).unwrap();
    assert!(open_existing().is_none());
    fs::create_dir(directory.path().join("lost+found")).unwrap();
    fs::write(directory.path().join(".gitignore"), "*").unwrap();
    // A process was killed while it created the file.
    let unfinished = directory.path().join("state.db.new-0");
    fs::write(&unfinished, "SQLite").unwrap();
    assert!(open_existing().is_none());
    assert!(open(directory.path()).is_new());
    assert!(!unfinished.exists());
    assert!(!open_existing().unwrap().is_new());
    assert!(SqliteState::open_existing(&directory.path().join("none")).unwrap().is_none());
}

#[test]
fn a_file_appears_with_all_its_tables() {
    for _ in 0..20 {
        let directory = directory();
        let file = directory.path().join("state.db");
        std::thread::scope(|scope| {
            let opening = scope.spawn(|| open(directory.path()));
            let seen = loop {
                if let Ok(seen) = fs::read(&file) {
                    break seen;
                }
            };
            opening.join().unwrap();
            let copy = directory.path().join("copy.db");
            fs::write(&copy, seen).unwrap();
            let tables: i64 = Connection::open(&copy)
                .and_then(|copy| copy.query_row("SELECT count(*) FROM runs, grants", [], |row| row.get(0)))
                .unwrap();
            assert_eq!(tables, 0);
        });
    }
}

#[tokio::test]
async fn of_many_that_create_it_one_does() {
    for _ in 0..10 {
        let directory = directory();
        let place = directory.path().join("new/state");
        let all: Vec<SqliteState> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(|| open(&place))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(all.iter().filter(|state| state.is_new()).count(), 1);
        all[0].grants().store("client", &Secret::new("refresh")).await.unwrap();
        for state in &all {
            assert!(state.grants().load("client").await.unwrap().is_some());
        }
        drop(all);
        let mut names: Vec<_> = fs::read_dir(&place).unwrap().map(|it| it.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["locks", "state.db"]);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_the_file_is_rejected_and_one_to_the_directory_is_not() {
    use std::os::unix::fs::symlink;
    let directory = directory();
    let (place, linked, file) =
        (directory.path().join("place"), directory.path().join("linked"), directory.path().join("file"));
    drop(open(&place));
    symlink(&place, &linked).unwrap();
    let state = open(&linked);
    state.grants().store("client", &Secret::new("refresh")).await.unwrap();
    drop(state);
    fs::create_dir(&file).unwrap();
    for target in [place.join("state.db"), directory.path().join("nothing")] {
        let _ = fs::remove_file(file.join("state.db"));
        symlink(&target, file.join("state.db")).unwrap();
        let error = rejection(&file);
        assert!(error.contains("symbolic link"), "{error}");
    }
    assert!(!directory.path().join("nothing").exists());
}

#[cfg(unix)]
#[test]
fn what_all_users_can_write_to_is_rejected() {
    use std::os::unix::fs::PermissionsExt;
    let directory = directory();
    let place = directory.path().join("state");
    drop(open(&place));
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for (path, mode, usual) in [
        (place.clone(), 0o1777, 0o700),
        (place.join("locks"), 0o702, 0o700),
        (place.join("state.db"), 0o602, 0o600),
    ] {
        set(&path, mode);
        let error = rejection(&place);
        assert!(error.contains("all users") && error.contains("chmod"), "{error}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, mode);
        set(&path, usual);
    }
    set(&place, 0o770);
    assert!(!open(&place).is_new());
    let empty = directory.path().join("empty");
    fs::create_dir(&empty).unwrap();
    set(&empty, 0o777);
    assert!(SqliteState::open(&empty).is_err());
    assert_eq!(fs::read_dir(&empty).unwrap().count(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn state_that_is_gone_during_a_run_is_an_error() {
    let replace = |place: &Path| {
        fs::copy(place.join("state.db"), place.join("copy")).unwrap();
        fs::rename(place.join("copy"), place.join("state.db")).unwrap();
    };
    let away: [&dyn Fn(&Path); 5] = [
        &|place| fs::remove_file(place.join("state.db")).unwrap(),
        &|place| fs::remove_file(place.join("state.db-wal")).unwrap(),
        &|place| fs::remove_dir_all(place).unwrap(),
        &|place| fs::rename(place, place.with_file_name("elsewhere")).unwrap(),
        &replace,
    ];
    for take_away in away {
        let directory = directory();
        let place = directory.path().join("state");
        let state = open(&place);
        let run = begin(&state, "one").await;
        run.record(&[Record::Receipt(key("a"), receipt("1"))]).await.unwrap();
        take_away(&place);
        for error in [
            run.record(&[Record::Receipt(key("b"), receipt("2"))]).await.unwrap_err(),
            run.intend(&[intent("c", "ada@example.com")]).await.unwrap_err(),
            run.claim(&[wanted("d")]).await.unwrap_err(),
            run.finish(&result("one")).await.unwrap_err(),
        ] {
            assert!(error.to_string().contains("deleted, moved or replaced"), "{error}");
            assert_eq!(error.scope(), hrflow_core::Scope::Run);
        }
    }
}
