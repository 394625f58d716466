//! One suite for both engines. MariaDB is started; SQL Server is the one that `HRFLOW_TEST_MSSQL_URL` names, as in
//! `mssql://user:password@db.example.com:1433/admen_test?tls=trust`: a database to play in, where schemas of our own come
//! and go. Without it, SQL Server's half is shown as not run.

mod place;
mod suite;

use std::{env, process::ExitCode};

use libtest_mimic::{Arguments, Trial};
use place::Place;

const URL: &str = "HRFLOW_TEST_MSSQL_URL";
const NOT_RUN: &str = "not run: no SQL Server given";

fn main() -> ExitCode {
    let url = env::var(URL).ok().filter(|url| !url.trim().is_empty());
    let mut trials = Vec::new();
    for (name, behaviour) in suite::ALL {
        let mariadb = move || run(async move { behaviour(Place::mariadb().await?).await });
        trials.push(Trial::test(format!("mariadb::{name}"), mariadb));
        let given = url.clone();
        let mssql = move || match given {
            Some(url) => run(async move {
                let place = Place::mssql(&url).await?;
                let outcome = behaviour(place.clone()).await;
                place.clear().await?;
                outcome
            }),
            // Never as passed, not even when somebody asks for it by name.
            None => Err(format!("{NOT_RUN} ({URL})").into()),
        };
        let trial = Trial::test(format!("mssql::{name}"), mssql);
        trials.push(match &url {
            Some(_) => trial,
            None => trial.with_kind(NOT_RUN).with_ignored_flag(true),
        });
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn run(behaviour: impl Future<Output = anyhow::Result<()>>) -> Result<(), libtest_mimic::Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(behaviour).map_err(|error| format!("{error:?}").into())
}
