//! The command line.

use std::{ffi::OsString, num::NonZeroU64, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use hrflow_core::{ErrorKind, RetryDocuments};

use crate::{
    exit::Exit,
    output::{self, harmless},
};

const AFTER_HELP: &str = "\
Results go to stdout, logs and progress to stderr.
Exit status: 0 success, 1 fatal, 2 bad usage, workflow or parameters, 3 success with failures,
130 cancelled by Ctrl-C (SIGINT), 143 cancelled by SIGTERM.";

const INIT_HELP: &str = "\
What has to be given comes from environment variables: HRFLOW_ and the parameter's name in capitals for HrFlow.ai, the \
connector's id and the name in capitals for the vendor, such as HRFLOW_API_SECRET and TEAMTAILOR_AUTHORIZATION. What \
may be given is commented out and shows its default.

  hrflow init teamtailor push_profile > workflow.yaml";

const READ_HELP: &str = "\
Each line is one profile, ready for `hrflow run --from`. Nothing is formatted or sent, and target_parameters is not \
examined. A profile that cannot be read is reported, and the exit status is 3. In read_mode incremental it reads from \
the start.

  hrflow read workflow.yaml --limit 10 --output profiles.jsonl";

const COMPLETIONS_HELP: &str = "\
  hrflow completions bash > ~/.local/share/bash-completion/completions/hrflow
  hrflow completions zsh > ~/.zfunc/_hrflow                    # a directory of $fpath
  hrflow completions fish > ~/.config/fish/completions/hrflow.fish";

/// Moves candidates between HrFlow.ai and the ATS, HCM or CRM that you use.
#[derive(Debug, Parser)]
#[command(name = "hrflow", version, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Log more: -v what happens, -vv how, -vvv everything. HRFLOW_LOG or RUST_LOG say it in detail
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    /// How logs are written: for people, or as one JSON object per line
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LogFormat {
    // Without descriptions of their own, which would stretch every command's help over two screens.
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Push fictional profiles with every connector, on this machine; no account is needed
    Demo(Demo),
    /// List the connectors that are compiled in
    Connectors(Connectors),
    /// Show an action's parameters, endpoints and an example
    Describe(Describe),
    /// Print a commented workflow file to fill in
    #[command(after_help = INIT_HELP)]
    Init(Init),
    /// Validate a workflow file, resolve its secrets, log in at both ends; write nothing
    Check(Check),
    /// Show what a workflow file's format and logics make of profiles; nothing is read, sent, or needed for that
    Map(Map),
    /// Write the profiles that a workflow file reads, as JSON Lines
    #[command(after_help = READ_HELP)]
    Read(Read),
    /// Run a workflow file
    Run(Run),
    /// List past runs, or show one in detail
    Runs(Runs),
    /// Tell one item's fate: every run, receipt, step and dead letter
    Where(Where),
    /// Export what was delivered: which record of the vendor is which item
    #[command(subcommand)]
    Receipts(Receipts),
    /// What could not be delivered: list it, look at it, drop it, try it again
    #[command(subcommand)]
    DeadLetters(DeadLetters),
    /// Consent in the browser to what a workflow does, for vendors that ask for it; the grant is kept in the state
    Auth(Auth),
    /// Serve stand-ins for HrFlow.ai and the vendors on loopback, for playing and testing
    Sandbox(Sandbox),
    /// Print what completes commands and options in a shell
    #[command(after_help = COMPLETIONS_HELP)]
    Completions(Completions),
    /// Print the manual page, or write one for each command
    Man(Man),
    /// Run jq programs for the process that started this one
    #[command(name = JQ, hide = true)]
    Jq,
}

impl Command {
    /// Whether it only prints what the program has built in: that works on any machine.
    pub(crate) fn only_describes(&self) -> bool {
        use Command::{Completions, Connectors, Describe, Init, Jq, Man};
        matches!(self, Completions(_) | Connectors(_) | Describe(_) | Init(_) | Jq | Man(_))
    }
}

/// How the program starts itself to run jq programs.
pub(crate) const JQ: &str = "run-jq";

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Connectors {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Describe {
    /// A connector, as `hrflow connectors` lists them
    #[arg(required_unless_present = "all")]
    pub(crate) connector: Option<String>,

    /// One of its actions
    pub(crate) action: Option<String>,

    /// Describe every action of every connector
    #[arg(long, conflicts_with_all = ["connector", "action"])]
    pub(crate) all: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// Print JSON with the JSON Schema of parameters and items, for programs that build forms
    #[arg(long)]
    pub(crate) schemas: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// A connector, as `hrflow connectors` lists them
    pub(crate) connector: String,

    /// One of its actions
    pub(crate) action: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The workflow file
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) settings: Settings,

    #[command(flatten)]
    pub(crate) event: EventOptions,

    #[command(flatten)]
    pub(crate) state: StateOptions,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StateDirectory {
    /// Directory of the state. The default is .hrflow, beside the workflow file where there is one
    #[arg(long, value_name = "DIRECTORY", env = "HRFLOW_STATE_DIR")]
    pub(crate) state_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct StateOptions {
    #[command(flatten)]
    pub(crate) directory: StateDirectory,

    /// Keep state in memory only: it ends with the run. Another run then looks every item up again, there are no dead
    /// letters to retry, and read_mode incremental is refused
    #[arg(long)]
    pub(crate) no_state: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Set a value in place of what the file says: origin_parameters.profile_key=…
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct EventOptions {
    /// The event of HrFlow.ai's webhook that it is for, which says what to read: the body of the request; - for standard
    /// input
    #[arg(long, value_name = "FILE")]
    pub(crate) event: Option<PathBuf>,

    /// The signature that came with the event, in the header HTTP-HRFLOW-SIGNATURE
    #[arg(long, value_name = "SIGNATURE", requires = "event")]
    pub(crate) signature: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Read {
    /// The workflow file
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) settings: Settings,

    #[command(flatten)]
    pub(crate) event: EventOptions,

    /// Read no more profiles than this
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<NonZeroU64>,

    /// Write to a file that only its owner can read, not to stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The workflow file
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) settings: Settings,

    /// Show what would be sent, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Take items from a file instead of the origin: a JSON array or JSON Lines; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "event")]
    pub(crate) from: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) event: EventOptions,

    /// Read no more items than this
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<NonZeroU64>,

    /// Send items that are known to be delivered and unchanged too
    #[arg(long)]
    pub(crate) resend: bool,

    #[command(flatten)]
    pub(crate) state: StateOptions,

    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Map {
    /// The workflow file. Its parameters for origin and target are not looked at
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) settings: Settings,

    /// The profiles: a JSON array or JSON Lines; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,

    /// Show no more items than this
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<NonZeroU64>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Runs {
    /// A run, or the beginning of its id
    pub(crate) run: Option<String>,

    /// Runs of this workflow only
    #[arg(long, value_name = "ID", conflicts_with = "run")]
    pub(crate) workflow: Option<String>,

    /// So many runs at the most
    #[arg(long, value_name = "N", default_value = "20")]
    pub(crate) limit: NonZeroU64,

    #[command(flatten)]
    pub(crate) state: StateDirectory,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Where {
    /// The item's key (source/key), its part after the source, its digest in logs, its email address, or the vendor's id
    pub(crate) key: String,

    #[command(flatten)]
    pub(crate) state: StateDirectory,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Receipts {
    /// Print every receipt as CSV: the item's key, where it was delivered to, the vendor's id
    Export(Export),
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) state: StateDirectory,

    /// Print JSON Lines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeadLetters {
    /// List them; known ones only with --known
    Ls(LetterLs),
    /// Print what is kept of them, the item as it was read included
    Show(LetterPick),
    /// Drop them: what they hold is gone
    Drop(LetterDrop),
    /// Run a workflow over them, from the format on. Where only a document is missing, only that is sent
    Retry(Box<Retry>),
}

#[derive(Debug, Args)]
pub(crate) struct LetterFilters {
    /// Of this item: its key (source/key), or the part after the source
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,

    /// Failed for this kind of error
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub(crate) kind: Option<ErrorKind>,

    /// Given up by this run
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LetterList {
    #[command(flatten)]
    pub(crate) filters: LetterFilters,

    /// Of this workflow
    #[arg(long, value_name = "ID")]
    pub(crate) workflow: Option<String>,

    #[command(flatten)]
    pub(crate) state: StateDirectory,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LetterLs {
    #[command(flatten)]
    pub(crate) list: LetterList,

    /// List those of documents and notes that the target rejects
    #[arg(long)]
    pub(crate) known: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LetterPick {
    /// An item's key (source/key), or the part after the source, as --key
    #[arg(conflicts_with = "key")]
    pub(crate) item: Option<String>,

    #[command(flatten)]
    pub(crate) list: LetterList,
}

#[derive(Debug, Args)]
pub(crate) struct LetterDrop {
    #[command(flatten)]
    pub(crate) pick: LetterPick,

    /// Drop every dead letter there is
    #[arg(long, conflicts_with_all = ["item", "key", "kind", "run", "workflow"])]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Retry {
    /// The workflow file
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) filters: LetterFilters,

    #[command(flatten)]
    pub(crate) settings: Settings,

    #[command(flatten)]
    pub(crate) state: StateDirectory,

    /// Write the items without their documents
    ///
    /// For items that failed because a document could not be fetched: Ceipal accepts a résumé only together with its
    /// applicant. Dead letters of documents stay. Targets without documents reject the option.
    #[arg(long)]
    pub(crate) without_documents: bool,

    /// Send documents of unknown outcome again; they may double
    ///
    /// For documents whose upload got no response, at a target that does not say whether they arrived (UKG Pro). Check the
    /// candidate first. A target that says so is asked first, as without the option. Targets without documents reject it.
    #[arg(long, conflicts_with = "without_documents")]
    pub(crate) resend_documents: bool,

    /// Try no more items than this
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<NonZeroU64>,

    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

impl Retry {
    /// What happens to documents.
    pub(crate) fn documents(&self) -> RetryDocuments {
        match (self.without_documents, self.resend_documents) {
            (true, _) => RetryDocuments::Without,
            (_, true) => RetryDocuments::Resend,
            _ => RetryDocuments::AsConfigured,
        }
    }
}

/// A kind of error by its name.
fn kind(name: &str) -> Result<ErrorKind, String> {
    let named = ErrorKind::ALL.into_iter().find(|kind| kind.to_string().eq_ignore_ascii_case(name));
    named.ok_or_else(|| format!("there are {}", ErrorKind::ALL.map(|kind| kind.to_string()).join(", ")))
}

#[derive(Debug, Args)]
pub(crate) struct Auth {
    /// The connector of the workflow
    pub(crate) connector: String,

    /// The workflow file
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) settings: Settings,

    #[command(flatten)]
    pub(crate) state: StateDirectory,

    /// Only print the address, and open no browser
    #[arg(long)]
    pub(crate) no_browser: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// Print one line of JSON once everything is up: every base URL, and the credentials
    #[arg(long)]
    pub(crate) json: bool,

    /// Write the profiles that HrFlow.ai starts with to a file, for `hrflow run --from`
    #[arg(long, value_name = "FILE")]
    pub(crate) profiles: Option<PathBuf>,

    /// Write a workflow file that is ready for `hrflow run`
    #[arg(long, value_name = "FILE")]
    pub(crate) workflow: Option<PathBuf>,

    /// Let HrFlow.ai start with so many invented profiles more
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) generate: usize,

    /// Port of HrFlow.ai; 0 is any that is free
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) hrflow_port: u16,

    /// Port of Teamtailor
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) teamtailor_port: u16,

    /// Port of JobAdder
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) jobadder_port: u16,

    /// Port of JobAdder's identity host, which consents and gives out tokens
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) jobadder_identity_port: u16,
    /// Port of UKG Pro's API
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) ukgpro_port: u16,

    /// Port of UKG Pro's identity server
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) ukgpro_identity_port: u16,

    /// Port of Ceipal
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) ceipal_port: u16,

    /// Port of the files server, which holds attachments
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) files_port: u16,

    /// Port of the control server, which seeds, shows and breaks things
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) control_port: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Where to write hrflow.1, hrflow-run.1 and so on
    pub(crate) directory: Option<PathBuf>,
}

/// Parses the command line. What clap has to say is said here, be it help or a fault.
pub(crate) fn parse() -> Result<Arguments, Exit> {
    parse_from(std::env::args_os())
}

fn parse_from(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, Exit> {
    Arguments::try_parse_from(arguments).map_err(|error| {
        let plain = error.render().to_string();
        if error.use_stderr() && harmless(&plain) != plain {
            output::tell(&plain);
        } else {
            // The reader may have gone.
            drop(error.print());
        }
        if error.use_stderr() { Exit::Usage } else { Exit::Success }
    })
}
