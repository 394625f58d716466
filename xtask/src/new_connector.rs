//! `cargo xtask new-connector`: scaffolds a crate with the standard layout and registers it.

mod register;

use std::{
    fs,
    io::{Write, stdout},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};

use crate::cargo;

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../templates/connector/", $name, ".txt")))),*]
    };
}

const TEMPLATES: [(&str, &str); 14] = templates![
    "Cargo.toml",
    "README.md",
    "src/lib.rs",
    "src/parameters.rs",
    "src/candidate.rs",
    "src/format.rs",
    "src/mapping.rs",
    "src/errors.rs",
    "src/api.rs",
    "src/warehouse.rs",
    "tests/format.rs",
    "tests/mapping.rs",
    "tests/vendor.rs",
    "tests/wire.rs",
];
const SUBJECT: &str = include_str!("../templates/connector/subject.rs.txt");

/// The kind of a vendor's system.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    Ats,
    Hcm,
    Crm,
}

/// The arguments of a new connector.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Id on the command line and, after `connector-`, of the crate: lower-case letters and digits
    id: String,

    /// Display name; by default the id with a capital
    #[arg(long, value_name = "NAME")]
    called: Option<String>,

    /// Kind of system
    #[arg(long, value_enum, default_value_t = Kind::Ats)]
    kind: Kind,

    /// Root of the workspace, if not this one
    #[arg(long, hide = true)]
    root: Option<PathBuf>,
}

/// The values of the placeholders in templates.
struct Words {
    id: String,
    name: String,
    type_name: String,
    kind: &'static str,
}

impl Words {
    fn new(arguments: &Arguments) -> anyhow::Result<Self> {
        let id = arguments.id.clone();
        let is_id = |id: &str| {
            id.starts_with(|it: char| it.is_ascii_lowercase())
                && id.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
        };
        ensure!(
            is_id(&id),
            "\"{id}\" is no id: small letters and digits, a letter first, such as teamtailor"
        );
        let type_name = id[..1].to_uppercase() + &id[1..];
        let name = arguments.called.clone().unwrap_or_else(|| type_name.clone());
        let is_name = !name.trim().is_empty() && !name.contains(['"', '\\', '{', '}', '\n']);
        ensure!(is_name, "\"{name}\" is no name for people: it may not hold quotes, backslashes or braces");
        let kind = match arguments.kind {
            Kind::Ats => "Ats",
            Kind::Hcm => "Hcm",
            Kind::Crm => "Crm",
        };
        Ok(Self { id, name, type_name, kind })
    }

    fn fill(&self, template: &str) -> String {
        template
            .replace("{{id}}", &self.id)
            .replace("{{Name}}", &self.name)
            .replace("{{Type}}", &self.type_name)
            .replace("{{Kind}}", self.kind)
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let words = Words::new(arguments)?;
    let root = arguments.root.clone().unwrap_or_else(cargo::workspace);
    let directory = Path::new("crates").join(format!("connector-{}", words.id));
    ensure!(!root.join(&directory).exists(), "{} is there already", directory.display());
    // Changes that may fail for lack of an insertion point come first, so that a failure leaves no partial connector.
    let mut files = register::files(&root, &words.id, &words.type_name)?;
    let subject = PathBuf::from(format!("tests/src/subjects/{}.rs", words.id));
    files.push((subject, words.fill(SUBJECT)));
    files.extend(TEMPLATES.map(|(name, template)| (directory.join(name), words.fill(template))));
    for (path, text) in &files {
        put(&root.join(path), text)?;
        writeln!(stdout(), "wrote {}", path.display())?;
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        link(&Path::new("../..").join(licence), &root.join(&directory).join(licence))?;
    }
    cargo::format(&root)?;
    writeln!(
        stdout(),
        "\nIt compiles and is registered. What only you can know is told by its tests:\n\n  \
         cargo test --no-fail-fast -p connector-{0}\n\n\
         Its pages, its tables and its place in the book and in manifest.json are written by\n\n  \
         cargo xtask docs && cargo xtask manifest\n\n\
         docs/guides/writing-a-connector.md goes through it file by file.",
        words.id
    )?;
    Ok(())
}

fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    let directory = path.parent().context("a file stands in a directory")?;
    fs::create_dir_all(directory)
        .and_then(|()| fs::write(path, text))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> anyhow::Result<()> {
    std::os::unix::fs::symlink(to, at).with_context(|| format!("cannot link {}", at.display()))
}

#[cfg(not(unix))]
fn link(to: &Path, at: &Path) -> anyhow::Result<()> {
    let from = at.parent().context("a file stands in a directory")?.join(to);
    fs::copy(from, at).map(drop).with_context(|| format!("cannot write {}", at.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(id: &str, called: Option<&str>) -> anyhow::Result<Words> {
        let called = called.map(str::to_owned);
        Words::new(&Arguments { id: id.to_owned(), called, kind: Kind::Hcm, root: None })
    }

    #[test]
    fn an_id_is_one_that_crates_and_modules_can_have() {
        for id in ["", "Acme", "acme-ats", "acme_ats", "1acme", "acme é"] {
            assert!(words(id, None).is_err(), "{id}");
        }
        assert!(words("acme", Some("Ac\"me")).is_err());
        assert!(words("acme2", Some("Acme & Söhne")).is_ok());
    }

    #[test]
    fn nothing_of_a_template_is_left_open() {
        let words = words("acme", None).unwrap();
        for (name, template) in TEMPLATES.into_iter().chain([("subject.rs", SUBJECT)]) {
            let text = words.fill(template);
            assert!(!text.contains("{{id}}") && !text.contains("{{N") && !text.contains("{{T"), "{name}");
        }
        assert!(words.fill("{{Type}} {{Kind}}") == "Acme Hcm");
    }
}
