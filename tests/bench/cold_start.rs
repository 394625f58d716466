//! The duration of `hrflow --version`, compared with a program that does nothing.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    Effort,
    compare::Comparison,
    program::Program,
    table::{Row, Table},
};

const RUNS: usize = 50;
const AIM: Duration = Duration::from_millis(20);

pub(crate) fn measure(program: &Program, effort: Effort, table: &mut Table) -> Result<()> {
    let mut comparison = Comparison::default();
    for run in 0..=RUNS / effort.divide {
        let floor = started(&mut Command::new("true")).context("`true`")?;
        let ours = started(program.command().arg("--version"))?;
        if run > 0 {
            comparison.push(ours, floor);
        }
    }
    let milliseconds = |wall: Duration| format!("{:.1} ms", wall.as_secs_f64() * 1e3);
    let [least, median, most] = comparison.speed().map(f64::recip);
    let ours = comparison.ours().wall;
    table.push(Row {
        measure: "cold start, `hrflow --version` against `true`".to_owned(),
        ours: milliseconds(ours),
        floor: milliseconds(comparison.floor().wall),
        ratio: format!("{median:.1} × ({most:.1} – {least:.1})"),
        aim: format!("< {} ms", AIM.as_millis()),
        met: Some(ours < AIM),
    });
    Ok(())
}

fn started(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status()?;
    let took = started.elapsed();
    ensure!(status.success(), "{status}");
    Ok(took)
}
