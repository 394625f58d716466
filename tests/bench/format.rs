//! The cost of a format, compared with parsing and serialising the same JSON.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::Result;
use connector_hrflow::Profile;
use hrflow_connectors::teamtailor::format_profile;
use hrflow_sandbox::generate_profiles;
use serde_json::Value;

use crate::{
    Effort,
    compare::Comparison,
    table::{Row, Table},
};

const PROFILES: usize = 2_000;
/// The largest allowed time of the format with serialisation, as a share of parsing and serialising the JSON.
const AIM: f64 = 1.0;

pub(crate) fn measure(effort: Effort, table: &mut Table) -> Result<()> {
    let files = "https://files.example.com";
    let texts: Vec<Vec<u8>> = generate_profiles(PROFILES, 7)
        .files(files)
        .map(|profile| serde_json::to_vec(&profile))
        .collect::<Result<_, _>>()?;
    let profiles: Vec<Profile> =
        texts.iter().map(|text| serde_json::from_slice(text)).collect::<Result<_, _>>()?;
    let (mut format, mut all) = (Comparison::default(), Comparison::default());
    for round in 0..=effort.rounds {
        let floor = timed(&texts, |text| serde_json::to_vec(&serde_json::from_slice::<Value>(text)?))?;
        let formatted = timed(&profiles, |profile| serde_json::to_vec(&format_profile(profile).ok()))?;
        let read = timed(&texts, |text| {
            serde_json::to_vec(&format_profile(&serde_json::from_slice::<Profile>(text)?).ok())
        })?;
        if round > 0 {
            format.push(formatted, floor);
            all.push(read, floor);
        }
    }
    let bytes = texts.iter().map(Vec::len).sum::<usize>() / texts.len();
    let name = |what: &str| format!("{what}; profiles of {bytes} bytes on average");
    table.push(row(name("`format_profile` and serialise"), &format, Some(AIM)));
    table.push(row(name("parse as `Profile`, `format_profile`, serialise"), &all, None));
    Ok(())
}

fn timed<T>(items: &[T], mut work: impl FnMut(&T) -> serde_json::Result<Vec<u8>>) -> Result<Duration> {
    let started = Instant::now();
    for item in items {
        black_box(work(item)?);
    }
    Ok(started.elapsed())
}

fn row(measure: String, comparison: &Comparison, aim: Option<f64>) -> Row {
    let each = |wall: Duration| format!("{:.1} µs", wall.as_secs_f64() * 1e6 / PROFILES as f64);
    let [least, median, most] = comparison.speed().map(f64::recip);
    Row {
        measure,
        ours: each(comparison.ours().wall),
        floor: each(comparison.floor().wall),
        // Inverted: the slowest gives the largest ratio.
        ratio: format!("{median:.2} × ({most:.2} – {least:.2})"),
        aim: aim.map_or_else(|| "–".to_owned(), |aim| format!("≤ {aim:.1} ×")),
        met: aim.map(|aim| median <= aim),
    }
}
