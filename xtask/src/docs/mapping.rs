//! The page of the mapping of each profile field.

use super::{
    catalogue::{Action, Connector, MappingRow},
    pages,
    table::table,
};

/// Builds one section for each format, or `None` if no action describes its format.
pub(super) fn page(connector: &Connector, actions: &[&Action]) -> Option<String> {
    let mut formats: Vec<(&Action, Vec<&str>)> = Vec::new();
    for action in actions.iter().filter(|action| !action.mapping.is_empty()) {
        match formats.iter_mut().find(|(known, _)| known.format.name == action.format.name) {
            Some((_, names)) => names.push(&action.action),
            None => formats.push((action, vec![&action.action])),
        }
    }
    if formats.is_empty() {
        return None;
    }
    let sections: Vec<String> = formats.iter().map(|(action, names)| section(action, names)).collect();
    let page = format!("# Field mapping: {}\n\n{}", connector.name, sections.join("\n"));
    Some(pages::generated(&page))
}

fn section(action: &Action, names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("[`{name}`]({name}.md)")).collect();
    let (left_out, mapped): (Vec<&MappingRow>, Vec<&MappingRow>) =
        action.mapping.iter().partition(|row| row.to.is_empty());
    let (always, mapped): (Vec<&MappingRow>, Vec<&MappingRow>) =
        mapped.into_iter().partition(|row| row.from.is_empty());
    let mut text = format!(
        "The default format of {}, [`{}`](../../../{}), from `{}` to `{}`. A format of your own in its place does what you \
         say; the target's own parameters come on top of either.\n\n\
         Tests change one member of a profile after the other and hold what changes in the result against this table, and \
         so they do with the limits. `[]` stands for every element of a list.\n\n",
        names.join(" and "),
        action.format.name,
        action.format.source,
        action.origin,
        action.target
    );
    text.push_str(&table(
        ["HrFlow.ai", &action.target, "What is made of it", "At most", "Source"],
        mapped.iter().map(|row| [code(&row.from), code(&row.to), rule(row), limit(row), row.source.clone()]),
    ));
    if !always.is_empty() {
        text.push_str("\n## Whatever the profile\n\n");
        let rows = always.iter().map(|row| [code(&row.to), row.rule.clone(), row.source.clone()]);
        text.push_str(&table([&action.target, "What it is", "Source"], rows));
    }
    if !left_out.is_empty() {
        text.push_str("\n## Left out\n\n");
        text.push_str(&table(
            ["HrFlow.ai", "Why"],
            left_out.iter().map(|row| [code(&row.from), row.rule.clone()]),
        ));
    }
    text.push_str(
        "\nA row about a whole member, such as `experiences`, means all of it that no other row speaks of. What HrFlow.ai \
         keeps for itself (ids, dates of the record, durations, logos, consents) is left out where no row speaks of it.\n",
    );
    text
}

fn code(member: &str) -> String {
    format!("`{member}`")
}

fn rule(row: &MappingRow) -> String {
    if row.without.is_empty() {
        return row.rule.clone();
    }
    let missing: Vec<String> = row.without.iter().map(|member| code(member)).collect();
    format!("{}. Only without {}", row.rule, missing.join(", "))
}

fn limit(row: &MappingRow) -> String {
    row.limit.clone().unwrap_or_default()
}
