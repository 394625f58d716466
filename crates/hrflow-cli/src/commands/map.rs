//! `hrflow map`: what a workflow's format and logics make of profiles, beside what the default format makes of them.

mod difference;
mod mapped;

use futures::StreamExt;
use hrflow_workflow::{Purpose, Surroundings, items};
use serde_json::Value;

use self::mapped::{Fate, Mapped};
use crate::{
    arguments::Map,
    exit::{Exit, Failure},
    output::{self, JsonList, harmless_json, line},
};

pub(crate) async fn execute(arguments: &Map) -> Result<Exit, Failure> {
    let workflow = super::load(&arguments.file, &arguments.settings)?;
    let items = items::from_path(&arguments.from).map_err(|error| Failure::usage(error.to_string()))?;
    let surroundings = Surroundings { items: Some(items), purpose: Purpose::Map, ..super::surroundings() };
    let mut prepared =
        workflow.prepare_with(surroundings).map_err(|error| Failure::usage(error.to_string()))?;
    let mut items = prepared.run.items.take().unwrap_or_else(|| futures::stream::empty().boxed());
    let most = arguments.limit.map_or(u64::MAX, Into::into);
    let mut page = Page { list: arguments.json.then(JsonList::new), ..Page::default() };
    while page.count < most
        && let Some(item) = items.next().await
    {
        let mapped = match item {
            Ok(item) => Mapped::of(&prepared, item),
            Err(error) => Mapped::unread(error.to_string()),
        };
        if !page.show(&mapped)? {
            // Who has read enough (`| head`) got what was wanted.
            return Ok(Exit::Success);
        }
    }
    page.end()
}

/// What is shown, and what it comes to.
#[derive(Default)]
struct Page {
    /// Where it is for programs.
    list: Option<JsonList>,
    count: u64,
    discarded: u64,
    failed: u64,
}

impl Page {
    fn show(&mut self, mapped: &Mapped) -> Result<bool, Failure> {
        self.count += 1;
        match mapped.fate {
            Fate::Mapped => {}
            Fate::Discarded => self.discarded += 1,
            Fate::Failed => self.failed += 1,
        }
        match &mut self.list {
            Some(list) => list.print(mapped),
            None => output::print(&text(self.count, mapped)),
        }
    }

    fn end(self) -> Result<Exit, Failure> {
        let Self { list, count, discarded, failed } = self;
        match list {
            Some(list) => list.end()?,
            None => {
                let mapped = count - discarded - failed;
                output::print(&format!(
                    "{count} items: {mapped} mapped, {discarded} discarded, {failed} failed\n"
                ))?
            }
        };
        Ok(if failed > 0 { Exit::Failures } else { Exit::Success })
    }
}

fn text(number: u64, mapped: &Mapped) -> String {
    let mut text = match &mapped.key {
        Some(key) => format!("Item {number}: {}\n\n", line(key)),
        None => format!("Item {number}\n\n"),
    };
    let mut part = |title: &str, lines: &str| text.push_str(&format!("{title}\n{}\n", indented(lines)));
    match (&mapped.default, &mapped.default_failure) {
        (Some(item), _) => part("Default format", &pretty(item)),
        (None, Some(failure)) => part("Default format", failure),
        (None, None) => {}
    }
    if let Some(item) = &mapped.mapped {
        part("Mapped", &pretty(item));
    }
    let lines: Vec<String> = mapped.difference.iter().map(|it| line(&it.to_string()).into_owned()).collect();
    match (&mapped.mapped, lines.as_slice()) {
        (None, _) => {}
        (Some(_), []) => part("Difference", "none"),
        (Some(_), lines) => part("Difference", &lines.join("\n")),
    }
    if !mapped.warnings.is_empty() {
        let warnings: Vec<String> =
            mapped.warnings.iter().map(|it| line(&it.to_string()).into_owned()).collect();
        part("Warnings", &warnings.join("\n"));
    }
    if !mapped.violations.is_empty() {
        part("What the target does not take", &mapped.violations.join("\n"));
    }
    if let Some(logic) = &mapped.discarded_by {
        part("Discarded", &format!("by {logic}"));
    }
    if let Some(failure) = &mapped.failure {
        part("Failed", failure);
    }
    text
}

fn pretty(item: &Value) -> String {
    harmless_json(&format!("{item:#}")).into_owned()
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("  {line}\n")).collect()
}
