//! `hrflow run --dry-run`: shows each item as it would be sent, as soon as it is made.
//!
//! For people the items go to stdout and what they came to goes to stderr, so that stdout can be piped on. With
//! `--json` stdout is one object: the result, and in front of it `would_send`, a list of the items.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hrflow_core::{CancellationToken, DryRun, RunResult};
use serde_json::Value;

use crate::{
    exit::{Exit, Failure},
    output, report,
};

pub(crate) struct Preview {
    json: bool,
    run: CancellationToken,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    count: u64,
    /// Nobody reads on.
    closed: bool,
    failure: Option<Failure>,
    /// The result is shown: an item that a cancelled run still formats comes too late.
    ended: bool,
}

impl Preview {
    /// `run` is stopped when nobody reads on.
    pub(crate) fn new(json: bool, run: CancellationToken) -> Self {
        Self { json, run, shown: Mutex::default() }
    }

    pub(crate) fn into_dry_run(self: Arc<Self>) -> DryRun {
        Arc::new(move |item| self.show(&item))
    }

    fn show(&self, item: &Value) {
        let mut shown = self.shown();
        if shown.ended {
            return;
        }
        let text = match (self.json, shown.count) {
            (true, 0) => format!("{{\"would_send\": [\n{item}"),
            (true, _) => format!(",\n{item}"),
            (false, _) => format!("{item:#}\n"),
        };
        shown.count += 1;
        match output::print_json_text(&text) {
            Ok(true) => {}
            Ok(false) => {
                shown.closed = true;
                self.run.cancel();
            }
            Err(failure) => {
                shown.failure.get_or_insert(failure);
                self.run.cancel();
            }
        }
    }

    /// Shows what the items came to. Who has read enough (`| head`) got what was wanted.
    pub(crate) fn finish(&self, result: &RunResult) -> Result<Exit, Failure> {
        let mut shown = self.shown();
        shown.ended = true;
        if let Some(failure) = shown.failure.take() {
            return Err(failure);
        }
        if shown.closed {
            return Ok(Exit::Success);
        }
        if !self.json {
            let text = report::result(result, report::Listed::Unrecorded);
            output::tell(&format!("Dry run: nothing was sent.\n{text}"));
            return Ok(Exit::of(result));
        }
        let json = serde_json::to_string_pretty(result).map_err(|error| Failure::fatal(error.to_string()))?;
        let members = json.trim_start_matches('{');
        let list = if shown.count == 0 { "{\"would_send\": []," } else { "\n]," };
        output::print_json_text(&format!("{list}{members}\n"))?;
        Ok(Exit::of(result))
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
