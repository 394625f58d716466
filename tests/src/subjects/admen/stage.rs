//! The server and its scheduled failures.

use std::{
    sync::{Arc, Mutex as Lock, MutexGuard, PoisonError},
    time::Duration,
};

use mariadb_testing::{Database, Server};
use tokio::sync::Mutex;

/// What happens when a request arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// The server ends the connection (`KILL`), before or after it executed the request.
    Kill { executed: bool },
    /// No response is sent.
    Silence { executed: bool },
    /// The server is killed (SIGKILL) within the transaction, or just after it executed the request, and restarts.
    Crash { executed: bool },
    /// The user's password changes, and the server ends the connection.
    LockOut,
    /// The request is delayed.
    Wait(Duration),
    /// Another connection locks the table of persons for this time.
    Lock(Duration),
}

/// The kind of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A connection is opened.
    Login,
    /// A transaction begins.
    Begin,
    /// A transaction is committed.
    Commit,
    /// Any other request.
    Other,
}

/// The scheduled failures.
pub(super) enum Plan {
    /// None.
    Peace,
    /// The same deed at the next such moments.
    Script { deed: Deed, at: Moment, times: u64 },
    /// Random deeds.
    Chance(fastrand::Rng),
}

/// A server with its database.
pub(super) struct Stage {
    /// The holder of the lock may kill the server, and must restart it.
    server: Arc<Mutex<Server>>,
    database: Database,
    plan: Lock<Plan>,
}

impl Stage {
    pub(super) fn new(server: Server, database: Database) -> Self {
        Self { server: Arc::new(Mutex::new(server)), database, plan: Lock::new(Plan::Peace) }
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Returns the database, after a pending restart of its server.
    pub(super) async fn database_when_up(&self) -> &Database {
        drop(self.server.lock().await);
        &self.database
    }

    pub(super) fn plan(&self, plan: Plan) {
        *self.next() = plan;
    }

    /// Returns what happens now.
    pub(super) fn deed(&self, moment: Moment) -> Option<Deed> {
        match &mut *self.next() {
            Plan::Peace => None,
            Plan::Script { times: 0, .. } => None,
            Plan::Script { deed, at, times } => (moment == *at).then(|| {
                *times -= 1;
                *deed
            }),
            Plan::Chance(random) => by_chance(moment, random.f64()),
        }
    }

    /// Ends a connection, as an administrator does.
    pub(super) async fn kill(&self, connection: u32) {
        // It may be closed already.
        let _ = self.database.run(&format!("KILL {connection}")).await;
    }

    /// Kills the server and restarts it in the background.
    pub(super) async fn crash(&self) {
        let mut server = self.server.clone().lock_owned().await;
        server.kill().await.expect("a server of our own can be killed");
        tokio::spawn(async move { server.restart().await.expect("a killed server comes up again") });
    }

    /// Locks the table of persons for this time.
    pub(super) fn lock(&self, time: Duration) {
        let (database, seconds) = (self.database.clone(), time.as_secs_f64());
        let lock = format!("LOCK TABLES PERSONNES WRITE; DO SLEEP({seconds}); UNLOCK TABLES");
        // The server may be killed meanwhile.
        tokio::spawn(async move { database.run(&lock).await });
    }

    /// Sets the password of the connector's user to the known one or another.
    pub(super) async fn let_in(&self, open: bool) -> anyhow::Result<()> {
        let parameters = self.database.parameters();
        let password = if open { parameters["db_password"].as_str().unwrap_or_default() } else { "another" };
        let user = self.database.name();
        self.database.run(&format!("SET PASSWORD FOR '{user}'@'%' = PASSWORD('{password}')")).await
    }

    fn next(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what happens at a moment, for a number from 0 to 1.
fn by_chance(moment: Moment, chance: f64) -> Option<Deed> {
    let kill = Deed::Kill { executed: false };
    let shares: &[(Deed, f64)] = match moment {
        Moment::Login | Moment::Other => &[(kill, 0.01)],
        Moment::Begin => &[
            (kill, 0.02),
            (Deed::Lock(Duration::from_millis(200)), 0.03),
            (Deed::Lock(Duration::from_millis(1_500)), 0.01),
        ],
        Moment::Commit => &[
            (kill, 0.06),
            (Deed::Kill { executed: true }, 0.06),
            (Deed::Silence { executed: false }, 0.03),
            (Deed::Silence { executed: true }, 0.03),
            (Deed::Crash { executed: false }, 0.015),
            (Deed::Crash { executed: true }, 0.015),
            (Deed::Wait(Duration::from_millis(100)), 0.05),
        ],
    };
    let mut below = 0.0;
    shares.iter().find_map(|(deed, share)| {
        below += share;
        (chance < below).then_some(*deed)
    })
}
