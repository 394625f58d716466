//! The crash suite: the real program against the sandbox, killed at random instants and restarted until it is done.
//!
//! It works in waves. Each wave adds candidates to HrFlow.ai. The vendor's mock server or database server fails at
//! random in every way: server errors, resets and timeouts before and after execution, 429, truncated responses,
//! lagging lookups and expired tokens.
//!
//! The program is started and killed (SIGKILL) after a random time, until one run completes. Then every candidate must
//! be at the vendor once, or in a dead letter with a reason.
//!
//! Finally all failures end and the dead letters are retried. Every candidate must then exist once. The exceptions stay
//! dead letters: candidates that the vendor rejects, and documents whose arrival it cannot confirm.
//!
//! A target that another process can reach joins with [`World::outside`].

mod check;
mod crowd;
mod program;

use std::{
    fmt,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use hrflow_core::Status;
use hrflow_sandbox::{Fault, FaultBody, Rule, Vendor};

use self::{
    check::{Letters, Receipts},
    crowd::Crowd,
    program::Program,
};
use crate::subject::{Abilities, World};

/// How profiles get from HrFlow.ai to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From a file (`push_profile`, `--from`). Several processes run at once if the plan says so. At times two run in
    /// any case, as hooks do.
    File,
    /// New profiles of the source's list, incrementally (`push_profile_list`).
    List,
    /// The same list, while profiles and the vendor's records change (`on_existing: update`). The time limit of an item
    /// is so short that many items time out.
    Changes,
}

impl Way {
    /// All ways.
    pub const ALL: [Self; 3] = [Self::File, Self::List, Self::Changes];

    /// Whether this many processes can use this way with a vendor of these abilities. Only one run at a time can read a
    /// workflow incrementally.
    pub fn is_possible(self, abilities: Abilities, processes: u32) -> bool {
        (self != Self::Changes || abilities.update) && (self == Self::File || processes == 1)
    }
}

/// The plan of one crash test.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// The seed of profiles, faults and kills.
    pub seed: u64,
    /// The minimum number of kills.
    pub kills: u32,
    /// The number of profiles that each wave adds.
    pub wave: usize,
    /// How the profiles get to the program.
    pub way: Way,
    /// The number of processes at the same time with one state.
    pub processes: u32,
}

/// The counts of one crash test.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Programs started.
    pub starts: u32,
    /// Programs killed.
    pub kills: u32,
    /// Profiles added.
    pub people: usize,
    /// Records at the vendor at the end.
    pub records: usize,
    /// Requests to write a record that the vendor received.
    pub writes: usize,
    /// Items whose outcome a later run determined.
    pub recovered: u64,
    /// Dead letters before the failures ended.
    pub letters: usize,
    /// Dead letters at the end.
    pub left: usize,
    /// The duration.
    pub time: Duration,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { starts, kills, people, records, writes, recovered, letters, left, time } = self;
        write!(
            f,
            "{kills} kills in {starts} starts; {people} people, {records} records, {writes} requests to write one; \
             {recovered} fates found out later; {letters} dead letters before the vendor was healed, {left} after it; {:.0} s",
            time.as_secs_f64()
        )
    }
}

/// The longest time until the program is killed.
const LONGEST_LIFE: Duration = Duration::from_millis(1_200);
/// The lag of lookups after writes.
const LAG: Duration = Duration::from_millis(150);

/// Runs the crash test on `world`.
///
/// # Errors
///
/// If an item was lost, duplicated or reported wrongly. The error contains the plan with its seed.
pub async fn torture(world: &dyn World, abilities: Abilities, plan: Plan) -> Result<Figures> {
    run(world, abilities, plan).await.map_err(|error| error.context(format!("{plan:?}")))
}

async fn run(world: &dyn World, abilities: Abilities, plan: Plan) -> Result<Figures> {
    let started = Instant::now();
    let Some(outside) = world.outside() else { bail!("this target lives in one process") };
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let mut figures = Figures::default();
    world.lag(LAG);
    let program = Program::new(world, &outside, plan)?;
    program.log_in()?;
    let mut crowd = Crowd::new(world.resume_url(), abilities);

    let mut wave = 0;
    while figures.kills < plan.kills {
        wave += 1;
        crowd.grow(plan.wave, &mut random);
        if plan.way == Way::Changes {
            program.change(&crowd.change(plan.wave / 2, &mut random));
        }
        program.bring(&crowd, 3 * plan.wave)?;
        trouble(world, &outside, plan.seed.wrapping_add(wave));
        // After one of several processes completes, a single undisturbed run settles what the others left open.
        let mut alone = false;
        loop {
            if random.u8(..4) == 0 {
                world.expire_tokens();
            }
            let processes = match plan.way {
                _ if alone => 1,
                Way::File if plan.processes == 1 && random.u8(..4) == 0 => 2,
                _ => plan.processes,
            };
            // After the last kill, the wave may end without more kills.
            let is_killed = !alone && figures.kills < plan.kills;
            let lives: Vec<Option<Duration>> =
                (0..processes).map(|_| is_killed.then(|| LONGEST_LIFE.mul_f64(random.f64()))).collect();
            figures.starts += processes;
            let mut done = false;
            for ended in program.live(&lives).await? {
                match ended {
                    None => figures.kills += 1,
                    Some(result) if result.status == Status::Fatal || check::is_stopped(&result) => {}
                    Some(result) => {
                        check::adds_up(&result)?;
                        figures.recovered += result.recovered;
                        done = true;
                    }
                }
            }
            match done {
                true if processes == 1 => break,
                true => alone = true,
                false => {}
            }
        }
        let letters = Letters::read(&program)?;
        check::accounted_for(&crowd, &world.held().await, &letters, &Receipts::read(&program)?)?;
        check::whole(&world.torn().await)?;
        figures.letters = letters.count();
    }

    world.heal();
    outside.sandbox.faults().clear();
    program.bring(&crowd, crowd.people().len())?;
    let result = program.until_done().await?;
    check::adds_up(&result)?;
    program.retry()?;
    let letters = Letters::read(&program)?;
    let held = world.held().await;
    check::everybody_is_there(&crowd, &held, &letters)?;
    check::whole(&world.torn().await)?;
    check::receipts_tell_the_truth(&crowd, &held, &Receipts::read(&program)?)?;
    if plan.way != Way::File {
        check::cursor_is_at_the_newest(&result, outside.sandbox)?;
    }
    Ok(Figures {
        people: crowd.people().len(),
        records: held.len(),
        writes: world.writes(),
        left: letters.count(),
        time: started.elapsed(),
        ..figures
    })
}

/// Starts the vendor's chaos, and faults of HrFlow.ai.
fn trouble(world: &dyn World, outside: &crate::subject::Outside<'_>, seed: u64) {
    world.chaos(seed);
    let faults = outside.sandbox.faults();
    let status = Fault::Status { code: 502, body: FaultBody::Html, executed: false };
    for fault in [status, Fault::ResetBefore, Fault::TruncatedBody] {
        faults.add(Rule::new(Vendor::Hrflow, "*", fault).probability(0.03));
    }
}
