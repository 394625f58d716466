//! The page of an action.

use anyhow::ensure;

use super::{
    catalogue::{Action, Connector, Field, Warehouse},
    example, pages,
    table::{fields, table},
};

pub(super) fn page(connector: &Connector, action: &Action) -> anyhow::Result<String> {
    ensure!(!action.description.is_empty(), "the action has no description");
    let format = format!("[`{}`](../../../{})", action.format.name, action.format.source);
    let format = |field: &Field| (field.name == "format").then(|| format.clone());
    let nothing = |_: &Field| None;
    let sections = [
        format!("# {}", title(&action.action)),
        format!("`{}` :arrow_right: `{}`", action.origin, action.target),
        action.description.clone(),
        endpoints(&action.origin_warehouse),
        endpoints(&action.target_warehouse),
        "## Action Parameters".to_owned(),
        fields(&action.action_parameters, format),
        "## Source Parameters".to_owned(),
        fields(&action.origin_parameters, nothing),
        "## Destination Parameters".to_owned(),
        fields(&action.target_parameters, nothing),
        ":red_circle: : *required*".to_owned(),
        "## Example".to_owned(),
        example::all(connector, action),
        "## Options".to_owned(),
        "How a run goes about its work; the same for every action. They stand under `options`.".to_owned(),
        fields(&action.options, nothing),
        format!("## What {} can do", action.target),
        capabilities(action),
    ];
    let sections = sections.iter().map(|section| section.trim_end()).filter(|section| !section.is_empty());
    let text = sections.collect::<Vec<_>>().join("\n\n");
    Ok(pages::generated(&format!("{text}\n")))
}

/// Returns `push_profile` as a title.
fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn endpoints(warehouse: &Warehouse) -> String {
    if warehouse.endpoints.is_empty() {
        return String::new();
    }
    let rows = warehouse.endpoints.iter().map(|endpoint| {
        [format!("[**{}**]({})", endpoint.name, endpoint.url), format!("`{}`", endpoint.request)]
    });
    format!("**{} endpoints used:**\n\n{}", warehouse.name, table(["Endpoint", "Request"], rows))
}

fn capabilities(action: &Action) -> String {
    let can = &action.capabilities;
    let limit = can
        .rate_limit
        .as_ref()
        .map_or("as many as it takes: the vendor publishes no limit".to_owned(), |limit| {
            format!("`{limit}`")
        });
    let found = match can.find_without_email {
        true => "yes".to_owned(),
        false => "no: it is then an `OutcomeUnknown` dead letter".to_owned(),
    };
    let rows = [
        ("Change what exists (`on_existing: update`)", yes_or_no(can.update)),
        ("Take documents (`attachments`)", yes_or_no(can.attachments)),
        ("Look for an item without e-mail address whose answer was lost", found),
        ("Writes in flight, unless `concurrency` says otherwise", can.concurrency.to_string()),
        ("Items in one write, at most", can.batch_size.to_string()),
        ("Requests, unless `rate_limit` says otherwise", limit),
    ];
    table(["", ""], rows.map(|(what, answer)| [what.to_owned(), answer]))
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}
