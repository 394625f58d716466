//! Workflow files in documents.

use std::env::VarError;

use anyhow::{Context, ensure};
use futures::{StreamExt, stream};
use hrflow_workflow::{Surroundings, Workflow};

use crate::{markdown::Block, playground::Playground};

/// The complete workflow file around a part.
const WHOLE: &str = "\
workflow_id: documented
connector: teamtailor
action: push_profile
origin_parameters:
  api_secret: ${HRFLOW_API_SECRET}
  api_user: ${HRFLOW_API_USER}
  source_key: ${HRFLOW_SOURCE_KEY}
  profile_key: ${HRFLOW_PROFILE_KEY}
target_parameters:
  Authorization: ${TEAMTAILOR_AUTHORIZATION}
  X_Api_Version: ${TEAMTAILOR_X_API_VERSION}
";

/// Checks that a workflow file, or a part of one, is accepted. Without origin parameters, it is for items from a file.
pub(crate) fn loads(playground: &mut Playground, block: &Block) -> anyhow::Result<()> {
    put_secrets(playground, &block.text)?;
    let text = if block.part { merged(&block.text) } else { block.text.clone() };
    // File names in it are relative to its directory.
    let workflow = Workflow::load(&playground.write(".workflow.yml", &text)?)?;
    let variables = |name: &str| playground.variables.get(name).cloned().ok_or(VarError::NotPresent);
    let items = (!text.contains("origin_parameters:")).then(|| stream::empty().boxed());
    workflow.prepare_with(Surroundings { variables: &variables, items, ..Surroundings::default() })?;
    Ok(())
}

/// Returns the complete file with the part's sections replaced.
fn merged(part: &str) -> String {
    let section = |line: &str| {
        (!line.starts_with([' ', '#'])).then(|| line.split(':').next().unwrap_or_default().to_owned())
    };
    let field = |line: &str| line.trim_start().split(':').next().unwrap_or_default().to_owned();
    let mut text = String::new();
    let mut taken = Vec::new();
    for line in part.lines() {
        text.push_str(&format!("{line}\n"));
        if let Some(name) = section(line) {
            taken.push(name.clone());
            let of_section = WHOLE.lines().skip_while(|it| section(it).as_ref() != Some(&name)).skip(1);
            for own in of_section.take_while(|it| section(it).is_none()) {
                if !part.lines().any(|it| section(it).is_none() && field(it) == field(own)) {
                    text.push_str(&format!("{own}\n"));
                }
            }
        }
    }
    let mut is_taken = false;
    for line in WHOLE.lines() {
        if let Some(name) = section(line) {
            is_taken = taken.contains(&name);
        }
        if !is_taken {
            text.push_str(&format!("{line}\n"));
        }
    }
    text
}

/// Writes the files of `${file:…}` with the value of the account's parameter of that name.
fn put_secrets(playground: &Playground, text: &str) -> anyhow::Result<()> {
    for line in text.lines() {
        let Some((field, rest)) = line.split_once("${file:") else { continue };
        let path = rest.split('}').next().unwrap_or_default();
        let parameter = format!("_{}", field.trim().trim_end_matches(':').to_uppercase());
        let mut accounts = playground.variables.iter();
        let account = accounts.find(|(name, _)| name.ends_with(&parameter));
        let (_, value) = account.with_context(|| format!("the sandbox has no {parameter}"))?;
        ensure!(!path.starts_with('/'), "{path} is not relative");
        playground.write(path, &format!("{value}\n"))?;
    }
    Ok(())
}

/// Returns the connector of a workflow file.
pub(crate) fn connector(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("connector: ")).map(str::trim)
}

/// Adds the sandbox's addresses, and the target parameters for the mock server, to a file without addresses.
pub(crate) fn lead(text: &str, hrflow: &str, target: &[(&str, String)]) -> String {
    let mut text = text.to_owned();
    let target = target.iter().map(|(field, value)| ("target_parameters", *field, value.as_str()));
    let others = [("origin_parameters", "api_url", hrflow), ("options", "allow_local_urls", "true")];
    for (section, field, value) in target.chain(others) {
        let header = format!("{section}:\n");
        let Some(start) = text.find(&header).map(|start| start + header.len()) else {
            if section == "options" {
                text.push_str(&format!("{header}  {field}: {value}\n"));
            }
            continue;
        };
        let mut lines = text[start..].lines().take_while(|line| line.is_empty() || line.starts_with(' '));
        let is_there = lines.any(|line| line.trim_start().starts_with(&format!("{field}:")));
        if !is_there {
            text.insert_str(start, &format!("  {field}: {value}\n"));
        }
    }
    text
}
