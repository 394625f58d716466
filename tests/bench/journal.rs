//! The cost of the journal: the same run with state in a file and in memory.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use hrflow_core::{Environment, state::SqliteState};

use crate::{
    Effort,
    compare::{Comparison, Sample, compare},
    people,
    program::Program,
    say,
    table::{Row, Table},
    vendor::Kind,
    whole_way::{Bench, Case, MOST, Way},
};

/// The required speed with the journal as a share of that without, for a vendor with latency.
const AIM: f64 = 0.90;
/// The required profiles per second with the journal, for a vendor without latency.
const RATE: f64 = 3_000.0;

pub(crate) async fn measure(program: &Program, effort: Effort, table: &mut Table) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let profiles = people::profiles(MOST)?;
    for (vendor, latency, in_flight, count) in [
        (Kind::Canned, 0, 8, MOST),
        (Kind::Canned, 0, 64, MOST),
        (Kind::Sandbox, 50, 8, 160),
        (Kind::Sandbox, 50, 64, 1_280),
    ] {
        let latency = Duration::from_millis(latency);
        let case = Case { way: Way::Items, vendor, latency, in_flight, count: count / effort.divide };
        say(&format!("the journal: {}", case.name()))?;
        let bench = Bench::new(vendor, program, directory.path(), &profiles)?;
        let with = || with_journal(&bench, case);
        let without = || bench.items(case, Environment::default());
        let comparison = compare(effort.rounds, without, with).await;
        table.push(row(case, &comparison.with_context(|| case.name())?));
    }
    Ok(())
}

async fn with_journal(bench: &Bench<'_>, case: Case) -> Result<Sample> {
    let home = tempfile::tempdir()?;
    let state = SqliteState::open(home.path())?;
    bench.items(case, Environment { state: Some(Arc::new(state)), ..Environment::default() }).await
}

fn row(case: Case, comparison: &Comparison) -> Row {
    let [least, median, most] = comparison.speed();
    let (ours, floor) = (comparison.ours(), comparison.floor());
    let rate = case.count as f64 / ours.wall.as_secs_f64();
    let (aim, met) = match case.latency.is_zero() {
        true => (format!("≥ {RATE:.0}/s"), rate >= RATE),
        false => (format!("≥ {:.0} %", AIM * 100.0), median >= AIM),
    };
    Row {
        measure: format!("with the journal, against without; {}", case.name()),
        ours: case.speed(ours, true),
        floor: case.speed(floor, true),
        ratio: format!("{:.0} % ({:.0} – {:.0})", median * 100.0, least * 100.0, most * 100.0),
        aim,
        met: Some(met),
    }
}
