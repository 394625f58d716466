//! Comparison of two ways to do the same work: alternating, several times, within one run.

use std::{
    fs,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// One measurement.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sample {
    /// The elapsed time.
    pub(crate) wall: Duration,
    /// The CPU time of this process's threads.
    pub(crate) cpu: Duration,
}

/// The measurements of both, in pairs.
#[derive(Default)]
pub(crate) struct Comparison {
    pairs: Vec<(Sample, Sample)>,
}

/// Measures `work`.
pub(crate) async fn timed(work: impl Future<Output = Result<()>>) -> Result<Sample> {
    let (cpu, started) = (cpu_time()?, Instant::now());
    work.await?;
    let wall = started.elapsed();
    Ok(Sample { wall, cpu: cpu_time()?.saturating_sub(cpu) })
}

/// Measures both alternately, each first in every other pair. The first pair warms up and is not counted.
pub(crate) async fn compare(
    rounds: usize,
    mut floor: impl AsyncFnMut() -> Result<Sample>,
    mut ours: impl AsyncFnMut() -> Result<Sample>,
) -> Result<Comparison> {
    let mut comparison = Comparison::default();
    for round in 0..=rounds {
        let (ours, floor) = match round % 2 {
            0 => {
                let floor = floor().await.context("the plain loop")?;
                (ours().await?, floor)
            }
            _ => {
                let ours = ours().await?;
                (ours, floor().await.context("the plain loop")?)
            }
        };
        if round > 0 {
            comparison.pairs.push((ours, floor));
        }
    }
    Ok(comparison)
}

impl Comparison {
    pub(crate) fn push(&mut self, ours: Duration, floor: Duration) {
        let sample = |wall| Sample { wall, cpu: wall };
        self.pairs.push((sample(ours), sample(floor)));
    }

    /// Returns our speed as a share of the floor's: minimum, median, maximum.
    pub(crate) fn speed(&self) -> [f64; 3] {
        spread(self.pairs.iter().map(|(ours, floor)| floor.wall.as_secs_f64() / ours.wall.as_secs_f64()))
    }

    pub(crate) fn ours(&self) -> Sample {
        median_sample(self.pairs.iter().map(|(ours, _)| *ours))
    }

    pub(crate) fn floor(&self) -> Sample {
        median_sample(self.pairs.iter().map(|(_, floor)| *floor))
    }
}

fn median_sample(samples: impl Iterator<Item = Sample> + Clone) -> Sample {
    let median = |part: fn(Sample) -> Duration| {
        let [_, median, _] = spread(samples.clone().map(|it| part(it).as_secs_f64()));
        Duration::from_secs_f64(median)
    };
    Sample { wall: median(|it| it.wall), cpu: median(|it| it.cpu) }
}

/// Returns minimum, median and maximum, or zeros for no values.
pub(crate) fn spread(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match (values.first(), values.last()) {
        (Some(least), Some(most)) => [*least, values[values.len() / 2], *most],
        _ => [0.0; 3],
    }
}

/// Returns the CPU time of this process's threads so far, in steps of 10 ms.
fn cpu_time() -> Result<Duration> {
    /// Linux reports hundredths of a second on every architecture.
    const TICKS: u64 = 100;
    let stat = fs::read_to_string("/proc/self/stat").context("this benchmark needs Linux")?;
    // The second field is the program's name, which may contain any characters.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 1000 / TICKS))
}
