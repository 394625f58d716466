//! The crash suite: the real program against the sandbox, killed at any instant, restarted until it is done.
//!
//! It works in waves. Each brings new people to HrFlow.ai, and the vendor's stand-in, or the database server, fails by chance in every way it
//! can: server errors, resets and silence before and after execution, requests to slow down, half answers,
//! look-ups that lag, tokens that expire. The program is started and killed (SIGKILL) after a random time, again and again, until a
//! run of it comes to its end. Then everybody has to be where the program says: once at the vendor, or in a dead
//! letter with a reason. At last the vendor is healed, the dead letters are tried again, and everybody has to be
//! there, once: save whoever the vendor does not take, and a document of which it cannot tell whether it arrived. These
//! stay dead letters.
//!
//! It is written over [`World`]: a target whose stand-in another process reaches joins by [`World::outside`].

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

/// How people get from HrFlow.ai to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From a file (`push_profile`, `--from`), by several programs at once if the plan says so, and at times by two in any case,
    /// as hooks do.
    File,
    /// As a list of the source, incrementally (`push_profile_list`): whoever is new.
    List,
    /// As such a list, while people change and the vendor's records follow (`on_existing: update`), with so little time
    /// for an item that many a one is given up.
    Changes,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::File, Self::List, Self::Changes];

    /// Whether a vendor with these abilities can be pushed to so by this many processes at once. Only one run at a time reads
    /// a workflow incrementally.
    pub fn is_possible(self, abilities: Abilities, processes: u32) -> bool {
        (self != Self::Changes || abilities.update) && (self == Self::File || processes == 1)
    }
}

/// How hard it is to be.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Decides who comes, what fails and when it is killed.
    pub seed: u64,
    /// How often the program is killed at least.
    pub kills: u32,
    /// How many people come with each wave.
    pub wave: usize,
    /// How they get to the program.
    pub way: Way,
    /// How many programs run at the same time on one state.
    pub processes: u32,
}

/// What happened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Programs started.
    pub starts: u32,
    /// Programs killed.
    pub kills: u32,
    /// People there were.
    pub people: usize,
    /// Records that the vendor holds at the end.
    pub records: usize,
    /// Requests to write a record that the vendor got.
    pub writes: usize,
    /// Items whose fate a later run found out.
    pub recovered: u64,
    /// Dead letters before the vendor was healed.
    pub letters: usize,
    /// Dead letters that no vendor can make good.
    pub left: usize,
    /// How long it took.
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

/// The longest that the program lives before it is killed.
const LONGEST_LIFE: Duration = Duration::from_millis(1_200);
/// By how much look-ups lag behind writes.
const LAG: Duration = Duration::from_millis(150);

/// Tortures the program over `world`.
///
/// # Errors
///
/// Whatever was lost, doubled or told wrongly, with the seed to do it again.
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
        // Once one of several has come to its end, a run that is alone and is not killed finds out what the others left open.
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
            // Once the kills are done, the wave may end in peace.
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

/// The vendor's chaos, and some of HrFlow.ai's.
fn trouble(world: &dyn World, outside: &crate::subject::Outside<'_>, seed: u64) {
    world.chaos(seed);
    let faults = outside.sandbox.faults();
    let status = Fault::Status { code: 502, body: FaultBody::Html, executed: false };
    for fault in [status, Fault::ResetBefore, Fault::TruncatedBody] {
        faults.add(Rule::new(Vendor::Hrflow, "*", fault).probability(0.03));
    }
}
