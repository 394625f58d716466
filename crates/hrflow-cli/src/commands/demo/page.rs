//! The demo, for people.

use super::{ACTION, Missing, Scene, Show, cast::Fate};
use crate::{
    program::{self, commands},
    report,
    text::paragraph,
};

const NONE: &str = "-";

pub(super) fn text(shows: &[Show], missing: &[Missing]) -> String {
    let introduction = paragraph(
        "A demo on this machine alone: stand-ins for HrFlow.ai and the vendors, strict as the real ones, and \
         people who do not exist.",
    );
    let parts: String = shows.iter().map(show).collect();
    let missing: String = missing.iter().map(|it| paragraph(&it.sentence()) + "\n").collect();
    let example = shows.iter().find(|show| show.demonstration.is_in_sandbox());
    let example = example.map_or("CONNECTOR", |show| show.connector.id);
    format!("{introduction}\n{parts}{missing}{}", what_next(example))
}

fn show(show: &Show) -> String {
    let Show { connector, scenes, events, milliseconds, .. } = show;
    let mut table = report::Table::new(["profile", "outcome", "id", "résumé"]);
    for scene in scenes {
        table.row(row(scene));
    }
    let sentences: String = scenes.iter().filter_map(|scene| sentence(scene, show)).collect();
    format!(
        "{} {ACTION}: {} profiles read from HrFlow.ai, {} created, in {:.1} s\n\n{}\n\n{sentences}\n",
        connector.id,
        events.read_success,
        events.write_success,
        *milliseconds as f64 / 1000.0,
        table,
    )
}

fn row(scene: &Scene) -> [String; 4] {
    let id = scene.arrived.as_ref().map(|arrived| arrived.id.clone());
    let resume =
        scene.arrived.as_ref().and_then(|arrived| arrived.resume).map(|size| format!("{size} bytes"));
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    [scene.person.name.clone(), scene.fate.word().to_owned(), or_none(id), or_none(resume)]
}

/// What there is to say about a profile that was not created.
fn sentence(scene: &Scene, show: &Show) -> Option<String> {
    let (name, vendor) = (&scene.person.name, show.connector.name);
    let reason = scene.reason.as_deref().map_or("no reason was given", in_short);
    let id = scene.arrived.as_ref().map_or(NONE, |arrived| &arrived.id);
    let sentence = match scene.fate {
        Fate::Created => return None,
        Fate::ThereAlready => {
            format!(
                "{name} is there already: {vendor} has this e-mail address as {id}, and nothing is sent twice."
            )
        }
        Fate::Refused if scene.person.is_wrong => {
            format!("{name} is refused: {reason}. {}", show.demonstration.why_refused)
        }
        Fate::Refused => format!("{name} is refused: {reason}."),
        Fate::Lost => format!("{name} did not get there: {reason}."),
    };
    Some(paragraph(&sentence))
}

/// A failure's message without its context, which is for logs.
fn in_short(message: &str) -> &str {
    let end =
        [" (HTTP ", " (column ", " (warehouse "].iter().filter_map(|context| message.find(context)).min();
    message[..end.unwrap_or(message.len())].trim_end_matches('.')
}

fn what_next(connector: &str) -> String {
    let hrflow = program::name();
    let commands = commands([
        (
            format!("{hrflow} sandbox --profiles profiles.jsonl --workflow sandbox.yaml"),
            "The same stand-ins for as long as you like, and files to run against them",
        ),
        (format!("{hrflow} describe {connector} {ACTION}"), "What an action needs"),
        (
            format!("{hrflow} init {connector} {ACTION} > workflow.yaml"),
            "A workflow file for your own account",
        ),
    ]);
    format!("Nothing of this is left behind. To go on:\n\n{commands}")
}
