//! Follows the first steps of the guide "Writing a connector" in a copy of the workspace. The scaffold must compile and
//! be registered. Its tests must fail exactly where the guide says that the author has work to do.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use hrflow_e2e::program::{cargo, root};

/// The directories and files of the copy.
const PARTS: [&str; 12] = [
    ".cargo",
    "Cargo.toml",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "rustfmt.toml",
    "crates",
    "examples",
    "tests",
    "xtask",
];
/// The test files of a connector.
const TESTS: [&str; 4] = ["format", "mapping", "vendor", "wire"];

#[test]
fn the_guide_leads_to_a_connector_that_compiles_and_says_what_is_missing() -> anyhow::Result<()> {
    let guide = fs::read_to_string(root().join("docs/guides/writing-a-connector.md"))?;
    let fresh = tempfile::tempdir()?;
    for part in PARTS {
        copy(&root().join(part), &fresh.path().join(part))?;
    }
    scaffold(&guide, fresh.path())?;
    // A different version keeps the copy's build output apart from the workspace's. Shared dependencies are built once.
    let manifest = fresh.path().join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    fs::write(&manifest, text.replace("\"0.1.0\"", "\"0.0.1\""))?;
    // Always the same directory, with only changed files written, so that earlier build output stays valid.
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scaffold");
    update(fresh.path(), &copy)?;

    compiles_with_the_others(&copy)?;
    its_tests_say_what_the_guide_says(&guide, &copy)
}

/// Runs the guide's command in the copy.
fn scaffold(guide: &str, copy: &Path) -> anyhow::Result<()> {
    let command = guide.lines().find_map(|line| line.strip_prefix("$ cargo xtask new-connector "));
    let command = command.context("the guide does not call the scaffold")?;
    ensure!(command.starts_with("rolodex "), "the guide calls it something else");
    let output = cargo()
        .args(["xtask", "new-connector"])
        .args(command.split_whitespace())
        .arg("--root")
        .arg(copy)
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // A second run must fail.
    let again = cargo().args(["xtask", "new-connector", "rolodex", "--root"]).arg(copy).output()?;
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    ensure!(!again.status.success() && told.contains("is there already"), "{told}");
    Ok(())
}

/// Runs cargo in the copy, without the other connectors' own tests. All features of all members give the same
/// dependencies as in the workspace.
fn in_copy(copy: &Path, command: &[&str]) -> anyhow::Result<std::process::Command> {
    let mut cargo = cargo();
    cargo.current_dir(copy).env("CARGO_TARGET_DIR", target_directory()?).env("INSTA_UPDATE", "no");
    cargo.args(command).args(["--offline", "--quiet", "--workspace", "--all-features"]);
    for entry in fs::read_dir(copy.join("crates"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("connector-") && name != "connector-rolodex" {
            cargo.args(["--exclude", &name]);
        }
    }
    Ok(cargo)
}

/// Returns the target directory of the workspace.
fn target_directory() -> anyhow::Result<PathBuf> {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tmp.parent().map(Path::to_owned).context("there is no target directory")
}

/// Checks that the facade and the behaviour suite include the connector.
fn compiles_with_the_others(copy: &Path) -> anyhow::Result<()> {
    let facade = fs::read_to_string(copy.join("crates/hrflow-connectors/src/lib.rs"))?;
    ensure!(facade.contains("connector_rolodex::connector()"), "the catalogue lacks it");
    let subjects = fs::read_to_string(copy.join("tests/src/subjects/mod.rs"))?;
    ensure!(subjects.contains("rolodex::Rolodex"), "the behaviour suite lacks it");
    let output = in_copy(copy, &["check"])?.args(["--test", "behaviour"]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn its_tests_say_what_the_guide_says(guide: &str, copy: &Path) -> anyhow::Result<()> {
    let mut command = in_copy(copy, &["test", "--no-fail-fast"])?;
    command.args(TESTS.iter().flat_map(|test| ["--test", *test]));
    let output = command.output()?;
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let failed: BTreeSet<&str> = told.lines().filter_map(failure).collect();
    let expected: BTreeSet<&str> = guide
        .lines()
        .skip_while(|line| *line != "| test | what to do |")
        .skip(2)
        .map_while(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    ensure!(!expected.is_empty(), "the guide lists no tests");
    ensure!(failed == expected, "the guide says that {expected:?} fail, and these do: {failed:?}\n{told}");
    for place in ["src/lib.rs", "src/parameters.rs", "src/warehouse.rs", "src/mapping.rs", "README.md"] {
        ensure!(told.contains(place), "no test says what to do in {place}:\n{told}");
    }
    Ok(())
}

/// Returns the test that a line of the test runner's failures names.
fn failure(line: &str) -> Option<&str> {
    let name = line.strip_prefix("    ")?;
    (!name.is_empty() && name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_')).then_some(name)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop).with_context(|| from.display().to_string());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Makes `to` equal to `from` without writing unchanged files.
fn update(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.is_dir() {
        let content = fs::read(from)?;
        if fs::read(to).ok().as_ref() != Some(&content) {
            fs::write(to, content)?;
        }
        return Ok(());
    }
    fs::create_dir_all(to)?;
    let names = |directory: &Path| -> anyhow::Result<BTreeSet<_>> {
        fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name())).collect()
    };
    let wanted = names(from)?;
    for stale in names(to)?.difference(&wanted) {
        let stale = to.join(stale);
        if stale.is_dir() { fs::remove_dir_all(stale)? } else { fs::remove_file(stale)? }
    }
    for name in wanted {
        update(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}
