//! One of those who run programs, seen from who asks: started, asked, and given up when it overruns.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Child, ChildStderr, ChildStdin, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use hrflow_core::Connector;

use super::serve;

/// Where programs run.
#[derive(Debug, Clone)]
pub enum Runner {
    /// In a process of their own, which is started with these arguments and calls [`serve`](super::serve()) first thing.
    /// Whatever a program does, only that process ends, and another one takes its place.
    Process {
        /// The program, commonly this one.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<OsString>,
    },
    /// In a thread of this process, with a stack of 256 MiB. For programs that are trusted like code: one that recurses
    /// deeper, or takes more memory than there is, ends this process, and one that loops for ever is given up after
    /// its time, but goes on using a core.
    Thread(fn() -> Vec<Connector>),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// It took longer than it may.
    Late,
    /// The stack was full.
    Stack,
    /// It asked for more memory than it may have.
    Memory,
    /// For another reason.
    Ended,
}

pub(super) struct Worker {
    requests: Requests,
    answers: mpsc::Receiver<Vec<u8>>,
}

enum Requests {
    Process { child: Child, stdin: ChildStdin, stderr: ChildStderr },
    Thread(mpsc::Sender<Vec<u8>>),
}

impl Worker {
    pub(super) fn start(runner: &Runner) -> io::Result<Self> {
        let (tell, answers) = mpsc::channel();
        let requests = match runner {
            Runner::Thread(catalogue) => {
                let (sender, lines) = mpsc::channel();
                serve::spawn(*catalogue, lines, move |line| tell.send(line).is_ok())?;
                Requests::Thread(sender)
            }
            Runner::Process { program, arguments } => {
                let mut command = Command::new(program);
                command.args(arguments).env_clear();
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
                // Ctrl-C is for who asks.
                #[cfg(unix)]
                std::os::unix::process::CommandExt::process_group(&mut command, 0);
                let mut child = command.spawn()?;
                let (Some(stdin), Some(stdout), Some(stderr)) =
                    (child.stdin.take(), child.stdout.take(), child.stderr.take())
                else {
                    return Err(io::Error::other("it has no standard input and output"));
                };
                let thread = thread::Builder::new().name("hrflow-jq-answers".to_owned());
                thread.spawn(move || listen(BufReader::new(stdout), &tell))?;
                Requests::Process { child, stdin, stderr }
            }
        };
        Ok(Self { requests, answers })
    }

    /// Hands over a line and waits for the answer, for so long at the most.
    pub(super) fn ask(&mut self, line: Vec<u8>, time: Duration) -> Result<Vec<u8>, Broken> {
        let sent = match &mut self.requests {
            Requests::Thread(sender) => sender.send(line).is_ok(),
            Requests::Process { stdin, .. } => stdin.write_all(&line).is_ok(),
        };
        if !sent {
            return Err(self.cause());
        }
        self.answers.recv_timeout(time).map_err(|error| match error {
            RecvTimeoutError::Timeout => Broken::Late,
            RecvTimeoutError::Disconnected => self.cause(),
        })
    }

    /// Why it ended. Rust says so on standard error, in words of its own.
    fn cause(&mut self) -> Broken {
        let Requests::Process { child, stderr, .. } = &mut self.requests else { return Broken::Ended };
        // Where it has not ended it is of no use either.
        let _ = child.kill();
        let mut words = Vec::new();
        let _ = stderr.take(64 << 10).read_to_end(&mut words);
        let words = String::from_utf8_lossy(&words);
        if words.contains("overflowed its stack") {
            Broken::Stack
        } else if words.contains("memory allocation of") {
            Broken::Memory
        } else {
            Broken::Ended
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Requests::Process { child, .. } = &mut self.requests {
            // It may have ended by itself; either way the system is told that nobody asks any more.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn listen(mut stdout: impl BufRead, tell: &mpsc::Sender<Vec<u8>>) {
    loop {
        let mut line = Vec::new();
        match stdout.read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") && tell.send(line).is_ok() => {}
            _ => return,
        }
    }
}
