//! `hrflow dead-letters retry`.

use std::sync::Arc;

use futures::StreamExt;
use hrflow_core::{Environment, state::State};

use crate::{
    arguments::Retry,
    commands::{run, state},
    exit::{Exit, Failure},
    progress::Bar,
    signals::Stop,
};

pub(super) async fn execute(arguments: &Retry, bar: Bar, stop: &Stop) -> Result<Exit, Failure> {
    let workflow = crate::commands::load(&arguments.file, &arguments.settings)?;
    // The letters hold what was read: the origin is not asked, and needs no parameters.
    let nothing = futures::stream::empty().boxed();
    let prepared = match crate::commands::prepare(workflow, Some(nothing)) {
        Ok(prepared) => prepared,
        Err(error) => return run::refuse(&error, arguments.json),
    };
    let state = state::writable(Some(&arguments.file), &arguments.state)?;
    let environment = Environment {
        state: Some(Arc::new(state) as Arc<dyn State>),
        retry: Some(super::filter(&arguments.filters)),
        limit: arguments.limit.map(Into::into),
        ..Environment::default()
    };
    let result = run::carry_out(prepared, environment, &bar, true, stop).await;
    run::finish(&result, arguments.json, true)
}
