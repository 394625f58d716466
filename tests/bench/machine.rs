//! The machine of the measurements.

use std::{fs, process::Command, thread};

/// Returns one line each: processor, system, compiler, load.
pub(crate) fn describe() -> String {
    let cores = thread::available_parallelism().map_or_else(|_| "?".to_owned(), |cores| cores.to_string());
    let processor =
        value("/proc/cpuinfo", "model name", ':').unwrap_or_else(|| "unknown processor".to_owned());
    let memory = value("/proc/meminfo", "MemTotal", ':').and_then(|it| gibibytes(&it)).unwrap_or_default();
    let system =
        value("/etc/os-release", "PRETTY_NAME", '=').unwrap_or_else(|| std::env::consts::OS.to_owned());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{cores} cores, {processor}{memory}\n{system}, Linux {}\n{}\nload average at the start: {load}",
        kernel.trim(),
        rustc().unwrap_or_else(|| "rustc unknown".to_owned()),
    )
}

fn value(path: &str, name: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let (_, value) =
        text.lines().filter_map(|line| line.split_once(separator)).find(|it| it.0.trim() == name)?;
    Some(value.trim().trim_matches('"').to_owned())
}

fn gibibytes(kibibytes: &str) -> Option<String> {
    let kibibytes: f64 = kibibytes.trim_end_matches("kB").trim().parse().ok()?;
    Some(format!(", {:.1} GiB", kibibytes / (1024.0 * 1024.0)))
}

fn rustc() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
