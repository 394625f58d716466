//! The whole way: reads from HrFlow.ai and writes to Teamtailor.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use connector_hrflow::Profile;
use futures::{StreamExt, stream};
use hrflow_connectors::teamtailor;
use hrflow_core::{Environment, Options};
use serde_json::json;

use crate::{
    Effort,
    compare::{Comparison, Sample, compare, timed},
    people,
    plain::{Plain, at_a_time},
    program::{self, Program},
    say,
    table::{Row, Table},
    vendor::{Kind, Vendor},
};

/// The required speed as a share of the plain loop's.
const AIM: f64 = 0.80;

/// The ways to push profiles.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// `push_profile` as in a hook: one run for each profile, which logs in, reads and writes.
    Hooks,
    /// `run_items`: one run over a stream of the caller's profiles.
    Items,
    /// `hrflow run --from`: the program, including its start and the parsing of the file.
    File,
    /// The same with a jq format that has the result of the default format.
    Mapped,
}

/// A format that checks every field and changes none: the vendor gets the same bytes.
const SAME: &str = "default_format | .data.attributes |= with_entries(select(.value != null))";

/// One case of the benchmark.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) way: Way,
    pub(crate) vendor: Kind,
    pub(crate) latency: Duration,
    pub(crate) in_flight: usize,
    /// The number of profiles in one measurement.
    pub(crate) count: usize,
}

pub(crate) const MOST: usize = 6_000;

fn cases(effort: Effort) -> Vec<Case> {
    const LATENCY: Duration = Duration::from_millis(50);
    let vendors = [(Kind::Canned, Duration::ZERO), (Kind::Sandbox, Duration::ZERO), (Kind::Sandbox, LATENCY)];
    let mut cases = Vec::new();
    for way in [Way::Hooks, Way::Items, Way::File] {
        for (vendor, latency) in vendors {
            for in_flight in [1, 64] {
                // Enough for about one second.
                let count = match (way, in_flight) {
                    (Way::Hooks, 1) if latency > Duration::ZERO => 8,
                    (_, 1) if latency > Duration::ZERO => 24,
                    (Way::Hooks, _) if latency > Duration::ZERO => 512,
                    _ if latency > Duration::ZERO => 1_280,
                    (Way::Hooks, _) => 1_000,
                    _ => MOST,
                };
                let count = (count / effort.divide).max(in_flight);
                cases.push(Case { way, vendor, latency, in_flight, count });
            }
        }
    }
    let with_mapping = cases.iter().filter(|case| case.way == Way::File && case.in_flight == 64);
    cases.extend(with_mapping.map(|case| Case { way: Way::Mapped, ..*case }).collect::<Vec<_>>());
    cases
}

pub(crate) async fn measure(
    program: &Program,
    effort: Effort,
    matching: &str,
    table: &mut Table,
) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let profiles = people::profiles(MOST)?;
    let canned = Bench::new(Kind::Canned, program, directory.path(), &profiles)?;
    let sandbox = Bench::new(Kind::Sandbox, program, directory.path(), &profiles)?;
    for case in cases(effort).into_iter().filter(|case| case.name().contains(matching)) {
        say(&case.name())?;
        let bench = if case.vendor == Kind::Canned { &canned } else { &sandbox };
        let rounds = effort.rounds;
        let comparison = compare(rounds, || bench.floor(case), || bench.ours(case)).await;
        table.push(row(case, &comparison.with_context(|| case.name())?));
    }
    Ok(())
}

fn row(case: Case, comparison: &Comparison) -> Row {
    let [least, median, most] = comparison.speed();
    let (ours, floor) = (comparison.ours(), comparison.floor());
    Row {
        measure: case.name(),
        // The CPU time of a child process is not included in ours.
        ours: case.speed(ours, !matches!(case.way, Way::File | Way::Mapped)),
        floor: case.speed(floor, true),
        ratio: format!("{:.0} % ({:.0} – {:.0})", median * 100.0, least * 100.0, most * 100.0),
        aim: format!("≥ {:.0} %", AIM * 100.0),
        met: Some(median >= AIM),
    }
}

impl Case {
    pub(crate) fn name(&self) -> String {
        let way = match self.way {
            Way::Hooks => "`push_profile`, a run per profile",
            Way::Items => "`run_items`",
            Way::File => "`hrflow run --from`",
            Way::Mapped => "`hrflow run --from` with a jq format",
        };
        let vendor = match self.vendor {
            Kind::Canned => "canned",
            Kind::Sandbox => "sandbox",
        };
        format!("{way}; {vendor}, {} ms, {} in flight", self.latency.as_millis(), self.in_flight)
    }

    pub(crate) fn speed(&self, sample: Sample, with_work: bool) -> String {
        let per_second = self.count as f64 / sample.wall.as_secs_f64();
        if with_work && self.latency.is_zero() {
            let work = sample.cpu.as_secs_f64() * 1e6 / self.count as f64;
            return format!("{per_second:.0}/s, {work:.0} µs of CPU each");
        }
        format!("{per_second:.0}/s")
    }
}

/// A vendor with both ways to push profiles to it.
pub(crate) struct Bench<'a> {
    vendor: Vendor,
    program: &'a Program,
    directory: &'a Path,
    profiles: &'a [Profile],
    keys: Arc<Vec<String>>,
    plain: Arc<Plain>,
    /// The number of bytes by number of requests. The plain loop and the run must send the same.
    bytes: Mutex<HashMap<usize, u64>>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(
        kind: Kind,
        program: &'a Program,
        directory: &'a Path,
        profiles: &'a [Profile],
    ) -> Result<Self> {
        let vendor = Vendor::start(kind, MOST)?;
        let plain = Arc::new(Plain::new(&vendor, MOST)?);
        let keys = Arc::new(people::people(MOST).map(|person| people::key(&person)).collect());
        Ok(Self { vendor, program, directory, profiles, keys, plain, bytes: Mutex::default() })
    }

    async fn floor(&self, case: Case) -> Result<Sample> {
        self.measured(case, async {
            match case.way {
                Way::Hooks => self.plain.read_and_write(case.count, case.in_flight).await,
                Way::Items | Way::File | Way::Mapped => self.plain.write(case.count, case.in_flight).await,
            }
        })
        .await
    }

    async fn ours(&self, case: Case) -> Result<Sample> {
        match case.way {
            Way::Hooks => self.measured(case, self.hooks(case)).await,
            Way::Items => self.items(case, Environment::default()).await,
            Way::File | Way::Mapped => {
                let (workflow, people) = self.files(case)?;
                let mut wall = Duration::ZERO;
                let sample = self.measured(case, async {
                    wall = self.program.run(&workflow, &people, None, case.count).await?.wall;
                    Ok(())
                });
                let sample = sample.await?;
                Ok(Sample { wall, ..sample })
            }
        }
    }

    /// Measures `work`, and checks that the vendor received all requests, and the same bytes if it counts them.
    async fn measured(&self, case: Case, work: impl Future<Output = Result<()>>) -> Result<Sample> {
        self.vendor.reset(case.latency).await?;
        let sample = timed(work).await?;
        let tally = self.vendor.tally().await?;
        let expected = match case.way {
            Way::Hooks => 3 * case.count,
            Way::Items | Way::File | Way::Mapped => 1 + case.count,
        };
        let (came, bytes) = (tally.requests, tally.bytes);
        ensure!(came == expected as u64, "{came} requests came in place of {expected}");
        if self.vendor.kind == Kind::Canned {
            let mut known = self.bytes.lock().map_err(|_| anyhow!("another measurement panicked"))?;
            let expected = *known.entry(expected).or_insert(bytes);
            ensure!(bytes == expected, "{bytes} bytes came where the same requests had {expected} before");
        }
        Ok(sample)
    }

    async fn hooks(&self, case: Case) -> Result<()> {
        let (access, keys) = (Arc::new(self.vendor.access.clone()), self.keys.clone());
        let action = Arc::new(teamtailor::push_profile());
        let options = options(1)?;
        at_a_time(case.in_flight, case.count, move |index| {
            let (access, keys, action) = (access.clone(), keys.clone(), action.clone());
            let options = options.clone();
            async move {
                let (origin, target) = (access.origin_parameters(&keys[index])?, access.target_parameters()?);
                let result = action.run(origin, target).options(options).await;
                program::check(&result, 1)
            }
        })
        .await
    }

    /// Runs over profiles, in `environment`.
    pub(crate) async fn items(&self, case: Case, environment: Environment) -> Result<Sample> {
        let profiles = self.profiles[..case.count].to_vec();
        self.measured(case, async {
            let items = stream::iter(profiles.into_iter().map(Ok)).boxed();
            let run = teamtailor::push_profile().run_items(items, self.vendor.access.target_parameters()?);
            let run = run.options(options(case.in_flight)?).environment(environment);
            let result = tokio::spawn(run.into_future()).await?;
            program::check(&result, case.count)
        })
        .await
    }

    /// Returns the paths of the workflow and the profiles.
    fn files(&self, case: Case) -> Result<(PathBuf, PathBuf)> {
        let workflow = self.directory.join("workflow.yaml");
        let format = (case.way == Way::Mapped).then_some(SAME);
        fs::write(&workflow, program::workflow(&self.vendor.access, case.in_flight, format))?;
        let people = self.directory.join(format!("{}.jsonl", case.count));
        if !people.exists() {
            let lines: String = people::people(case.count).map(|person| format!("{person}\n")).collect();
            fs::write(&people, lines)?;
        }
        Ok((workflow, people))
    }
}

fn options(in_flight: usize) -> Result<Options> {
    Ok(serde_json::from_value(json!({ "rate_limit": "off", "concurrency": in_flight }))?)
}
