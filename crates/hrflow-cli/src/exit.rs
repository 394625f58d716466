//! How the program ends.

use std::process::ExitCode;

use hrflow_core::{RunResult, Status, result::Reason};

/// The exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Success = 0,
    /// Nothing could be done.
    Fatal = 1,
    /// The command line, the workflow or its parameters cannot be used.
    Usage = 2,
    /// Some things failed.
    Failures = 3,
    /// Stopped by Ctrl-C: 128 and the number of SIGINT, as shells have it.
    Interrupted = 130,
    /// Stopped by SIGTERM, in the same way.
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is no SIGTERM"))]
    Terminated = 143,
}

impl Exit {
    /// What the result of a run says.
    pub(crate) fn of(result: &RunResult) -> Self {
        use Reason::{
            BackendNotConfiguredInIncrementalMode, BadActionParameters, BadOriginParameters,
            BadTargetParameters, OriginDoesNotSupportIncremental, WorkflowIdNotFound,
        };
        match (result.status, result.reason) {
            (Status::Success, _) => Self::Success,
            (Status::SuccessWithFailures, _) => Self::Failures,
            (Status::Cancelled, _) => Self::Interrupted,
            (
                Status::Fatal,
                BadActionParameters
                | BadOriginParameters
                | BadTargetParameters
                | OriginDoesNotSupportIncremental
                | BackendNotConfiguredInIncrementalMode
                | WorkflowIdNotFound,
            ) => Self::Usage,
            (Status::Fatal, _) => Self::Fatal,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not do its work, for stderr.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn fatal(message: impl Into<String>) -> Self {
        Self { exit: Exit::Fatal, message: message.into() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }
}
