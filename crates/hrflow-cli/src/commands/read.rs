//! `hrflow read`: the profiles that a workflow reads, as JSON Lines.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use futures::StreamExt;
use hrflow_core::ErrorKind;
use hrflow_workflow::{Purpose, Surroundings};
use tempfile::NamedTempFile;

use super::run::reads_on;
use crate::{
    arguments::Read,
    exit::{Exit, Failure},
    output,
};

pub(crate) async fn execute(arguments: &Read) -> Result<Exit, Failure> {
    let workflow = super::load(&arguments.file, &arguments.settings)?;
    let event = super::event(&arguments.event)?;
    let surroundings = Surroundings { event, purpose: Purpose::Read, ..super::surroundings() };
    let prepared = workflow.prepare_with(surroundings).map_err(|error| Failure::usage(error.to_string()))?;
    if reads_on(&prepared) {
        output::tell("This reads from the start: it uses no position of earlier runs.");
    }
    let mut sink = Sink::open(arguments.output.as_deref())?;
    let mut items = prepared.read().await.map_err(|error| match error.kind() {
        ErrorKind::Config => Failure::usage(error.to_string()),
        _ => Failure::fatal(error.to_string()),
    })?;
    let (mut read, mut failed) = (0_u64, 0_u64);
    let most = arguments.limit.map_or(u64::MAX, Into::into);
    while read < most
        && let Some(item) = items.next().await
    {
        match item {
            Ok(item) => {
                read += 1;
                if !sink.write(&format!("{item}\n"))? {
                    return Ok(Exit::Success);
                }
            }
            Err(error) => {
                failed += 1;
                output::tell(&error.to_string());
            }
        }
    }
    sink.finish()?;
    Ok(match (read, failed) {
        (_, 0) => Exit::Success,
        (0, _) => Exit::Fatal,
        _ => Exit::Failures,
    })
}

/// Where profiles are written.
enum Sink<'p> {
    Stdout,
    /// A file for its owner only. It takes its name once it is complete.
    File {
        path: &'p Path,
        file: io::BufWriter<NamedTempFile>,
    },
}

impl<'p> Sink<'p> {
    fn open(path: Option<&'p Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::Stdout) };
        if fs::symlink_metadata(path).is_ok_and(|existing| !existing.is_file()) {
            return Err(Failure::usage(format!(
                "{} is not a regular file. Give another name.",
                path.display()
            )));
        }
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let file = tempfile::Builder::new()
            .prefix(".hrflow-")
            .tempfile_in(directory.unwrap_or(Path::new(".")))
            .map_err(|error| Failure::usage(unwritten(path, &error)))?;
        Ok(Self::File { path, file: io::BufWriter::new(file) })
    }

    /// Writes a line. Returns whether its reader still reads.
    fn write(&mut self, line: &str) -> Result<bool, Failure> {
        match self {
            Self::Stdout => output::print_json_text(line),
            Self::File { path, file } => file
                .write_all(line.as_bytes())
                .map(|()| true)
                .map_err(|error| Failure::fatal(unwritten(path, &error))),
        }
    }

    fn finish(self) -> Result<(), Failure> {
        let Self::File { path, file } = self else { return Ok(()) };
        let written = file.into_inner().map_err(io::IntoInnerError::into_error);
        written
            .and_then(|file| file.persist(path).map_err(|error| error.error))
            .map(drop)
            .map_err(|error| Failure::fatal(unwritten(path, &error)))
    }
}

fn unwritten(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}: {error}", path.display())
}
