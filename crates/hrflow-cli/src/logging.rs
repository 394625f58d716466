//! Logs, on stderr.

use std::{
    env,
    io::{self, IsTerminal, Write},
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::{arguments::LogFormat, output, progress::Bar};

/// Starts logging: of our own crates, unless the environment says otherwise. Logs and the bar share stderr. `least` is
/// what is logged where nobody asks for more.
pub(crate) fn start(least: &str, verbose: u8, format: LogFormat, bar: Bar) {
    let builder = tracing_subscriber::fmt().with_env_filter(filter(least, verbose)).with_writer(Stderr {
        bar,
        format,
        has_colours: takes_colours(),
    });
    match format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Text => builder.with_ansi(takes_colours()).init(),
    }
}

fn filter(least: &str, verbose: u8) -> EnvFilter {
    let level = match verbose {
        0 => least,
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    // Names are prefixes: hrflow_core, hrflow_workflow, connector_teamtailor and so on.
    let ours = || EnvFilter::new(format!("off,hrflow={level},connector_={level}"));
    let asked = ["HRFLOW_LOG", "RUST_LOG"].into_iter().find_map(|name| Some((name, env::var(name).ok()?)));
    match asked {
        Some((name, directives)) if verbose == 0 && !directives.is_empty() => EnvFilter::try_new(&directives)
            .unwrap_or_else(|error| {
                output::tell(&format!("{name} is not understood, and left out: {error}"));
                ours()
            }),
        _ => ours(),
    }
}

fn takes_colours() -> bool {
    let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !unwanted
}

/// Writes around the bar. An event comes in one piece.
struct Stderr {
    bar: Bar,
    format: LogFormat,
    has_colours: bool,
}

impl<'w> MakeWriter<'w> for Stderr {
    type Writer = Event<'w>;

    fn make_writer(&'w self) -> Event<'w> {
        Event(self)
    }
}

struct Event<'w>(&'w Stderr);

impl Write for Event<'_> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let safe = match self.0.format {
            LogFormat::Json => output::harmless_json(&text),
            LogFormat::Text => output::harmless_log(&text, self.0.has_colours),
        };
        self.0.bar.suspend(|| io::stderr().write_all(safe.as_bytes()))?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
