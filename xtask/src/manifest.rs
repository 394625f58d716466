//! `cargo xtask manifest`: `manifest.json`, for programs that build forms.

use std::path::{Path, PathBuf};

use crate::{
    cargo,
    generated::{self, Arguments, Files},
};

const MANIFEST: &str = "manifest.json";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = generated::program()?;
    match arguments.check {
        true => check(&program),
        false => generated::write(&cargo::workspace(), &files(&program)?, &[]),
    }
}

/// Fails if the file differs from the output of `program`.
pub(crate) fn check(program: &Path) -> anyhow::Result<()> {
    generated::check(&cargo::workspace(), &files(program)?, &[], "manifest")
}

fn files(program: &Path) -> anyhow::Result<Files> {
    let manifest = generated::ask(program, &["describe", "--all", "--schemas"])?;
    Ok(Files::from([(PathBuf::from(MANIFEST), String::from_utf8(manifest)?)]))
}
