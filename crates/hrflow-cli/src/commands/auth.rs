//! `hrflow auth`: consent in the browser, for vendors that ask for it.

mod redirect;

use std::{io::IsTerminal, sync::Arc};

use futures::StreamExt;
use hrflow_core::{
    Consent, Secret,
    consent::{code_in, new_state},
    state::State,
};
use hrflow_workflow::Prepared;
use tokio::io::{AsyncBufReadExt, BufReader};

use self::redirect::Receiver;
use super::state;
use crate::{
    arguments::Auth,
    exit::{Exit, Failure},
    output::{self, line},
};

pub(crate) async fn execute(arguments: &Auth) -> Result<Exit, Failure> {
    let mut prepared = prepare(arguments)?;
    // Without state the grant would be gone before it is used.
    let state = state::kept(&arguments.file, &arguments.state)?;
    prepared.run.environment.state = Some(Arc::new(state) as Arc<dyn State>);
    let consent = prepared.action().consent(&prepared.run).map_err(|failures| {
        let lines: Vec<String> = failures.into_iter().map(|failure| failure.message).collect();
        Failure::usage(lines.join("\n"))
    })?;
    let Some(consent) = consent else {
        let connector = prepared.connector();
        return Err(Failure::usage(format!(
            "{} asks for no consent: what it takes to log in stands in the workflow file.",
            connector.name
        )));
    };
    let granted = ask(consent.as_ref(), arguments.no_browser).await?;
    let found: String = granted.iter().map(|it| format!("ok      {}\n", line(it))).collect();
    output::print(&found)?;
    Ok(Exit::Success)
}

fn prepare(arguments: &Auth) -> Result<Prepared, Failure> {
    let workflow = super::load(&arguments.file, &arguments.settings)?;
    // Nothing is read: the origin's parameters need not be there yet.
    let nothing = futures::stream::empty().boxed();
    let prepared = workflow.prepare(Some(nothing)).map_err(|error| Failure::usage(error.to_string()))?;
    let id = prepared.connector().id;
    if id != arguments.connector {
        let (file, asked) = (arguments.file.display(), &arguments.connector);
        return Err(Failure::usage(format!("{file} is a workflow of {id}, not of {asked}.")));
    }
    Ok(prepared)
}

/// Sends a person to the vendor, and exchanges the code that comes back at once: it lives for minutes.
async fn ask(consent: &dyn Consent, no_browser: bool) -> Result<Vec<String>, Failure> {
    let failed = |error: hrflow_core::Error| Failure::fatal(error.to_string());
    let state = new_state();
    let url = consent.url(&state);
    // Up before the browser can come back.
    let receiver = Receiver::of(consent.redirect_uri()).await?;
    output::tell(&format!("Consent in the browser, as a user who may grant it:\n\n  {url}\n"));
    if !no_browser && std::io::stderr().is_terminal() && open::that_detached(url.as_str()).is_err() {
        output::tell("No browser could be opened: open the address yourself.");
    }
    let code: Secret = match receiver {
        Some(receiver) => {
            output::tell(&format!("Waiting for the browser to come back to {} …", consent.redirect_uri()));
            receiver.wait(&state).await?.map_err(failed)?
        }
        None => code_in(pasted().await?.expose(), &state).map_err(failed)?,
    };
    consent.grant(&code).await.map_err(failed)
}

/// The address that the browser was sent back to, where nothing of this machine answers there.
async fn pasted() -> Result<Secret, Failure> {
    output::tell(
        "The browser is then sent to an address that this program cannot see. Copy the whole address from the browser, \
         paste it here, and press Enter:",
    );
    let mut line = String::new();
    let read = BufReader::new(tokio::io::stdin()).read_line(&mut line).await;
    read.map_err(|error| Failure::fatal(format!("cannot read what was pasted: {error}")))?;
    Ok(Secret::new(line))
}
