//! What people are told once a sandbox is up.

use std::path::Path;

use hrflow_sandbox::{Sandbox, Urls};

use crate::{
    arguments::Sandbox as Arguments,
    program::{self, commands},
};

/// Where everything is, and what to do with it in another terminal.
pub(super) fn text(sandbox: &Sandbox, workflow: &str, arguments: &Arguments) -> String {
    let Urls {
        hrflow,
        teamtailor,
        jobadder,
        jobadder_identity,
        ukgpro,
        ukgpro_identity,
        ceipal,
        files,
        control,
    } = sandbox.urls();
    let count = sandbox.hrflow().count();
    let places = format!(
        "\
The sandbox is up; Ctrl-C stops it. Nothing in it is real, and nothing leaves this machine.

  HrFlow.ai   {hrflow}    {count} profiles
  Teamtailor  {teamtailor}
  JobAdder    {jobadder}    tokens: {jobadder_identity}/connect/token
  UKG Pro     {ukgpro}    identity server {ukgpro_identity}
  Ceipal      {ceipal}
  Files       {files}
  Control     {control}
"
    );
    let (hrflow, file) = (program::name(), name(arguments.workflow.as_deref(), "sandbox.yaml"));
    let introduction = match arguments.workflow {
        Some(_) => "In another terminal, from the same directory:\n".to_owned(),
        None => format!(
            "\
In another terminal, paste this to make a workflow file (or start this with --workflow):

cat > {file} <<'EOF'
{workflow}EOF

Then:
"
        ),
    };
    let run = commands([
        (format!("{hrflow} check {file}"), "log in at both ends"),
        (format!("{hrflow} run {file} --dry-run"), "show what would be sent"),
        (format!("{hrflow} run {file}"), "push one profile"),
    ]);
    let profiles = name(arguments.profiles.as_deref(), "profiles.json");
    let all = (format!("{hrflow} run {file} --from {profiles}"), "push them all");
    let arrived = (format!("curl -s {control}/teamtailor/candidates"), "see what arrived");
    let more = match arguments.profiles {
        Some(_) => commands([all, arrived]),
        None => {
            let save = format!("curl -s {control}/hrflow/profiles > {profiles}");
            commands([(save, "save all profiles"), all, arrived])
        }
    };
    format!("{places}\n{introduction}\n{run}\n{more}")
}

fn name(given: Option<&Path>, usual: &str) -> String {
    given.map_or_else(|| usual.to_owned(), program::path)
}
