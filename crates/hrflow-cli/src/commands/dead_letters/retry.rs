//! `hrflow dead-letters retry`.

use std::sync::Arc;

use futures::StreamExt;
use hrflow_core::{Environment, Retry, state::State};

use crate::{
    arguments,
    commands::{run, state},
    exit::{Exit, Failure},
    progress::Bar,
    signals::Stop,
};

pub(super) async fn execute(arguments: &arguments::Retry, bar: Bar, stop: &Stop) -> Result<Exit, Failure> {
    let workflow = crate::commands::load(&arguments.file, &arguments.settings)?;
    // The letters hold what was read: the origin is not asked, and needs no parameters.
    let nothing = futures::stream::empty().boxed();
    let prepared = match crate::commands::prepare(workflow, Some(nothing)) {
        Ok(prepared) => prepared,
        Err(error) => return run::refuse(&error, arguments.json),
    };
    let state = state::writable(Some(&arguments.file), &arguments.state)?;
    let filter = super::filter(&arguments.filters);
    let environment = Environment {
        state: Some(Arc::new(state) as Arc<dyn State>),
        retry: Some(Retry { filter, documents: arguments.documents() }),
        limit: arguments.limit.map(Into::into),
        ..Environment::default()
    };
    let result = run::carry_out(prepared, environment, &bar, true, stop).await;
    run::finish(&result, arguments.json, true)
}
