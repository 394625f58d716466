//! A custom format, which starts from the default one, and a logic, which discards candidates.

use hrflow_connectors::teamtailor::{format_profile, push_profile_list};
use hrflow_examples::{options, source, teamtailor as account};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let result = push_profile_list()
        .run(source()?, account()?)
        .options(options()?)
        .format(|profile| {
            let mut candidate = format_profile(profile)?;
            candidate.data.attributes.tags.push("from-hrflow".to_owned());
            Ok(candidate)
        })
        .logic(|candidate| Ok(candidate.data.attributes.email.is_some().then_some(candidate)))
        .await;

    let events = result.events;
    println!("{} written, {} without an email discarded", events.write_success, events.logics_discard);
    anyhow::ensure!(result.failures.is_empty(), "{:?}", result.failures);
    Ok(())
}
