//! The memory of a run with its journal, for few and many profiles.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
};

use anyhow::Result;

use crate::{
    people,
    program::{self, Program},
    say,
    table::{Row, Table},
    vendor::{Kind, Vendor},
};

const FEW: usize = 1_000;
const MANY: usize = 100_000;
/// The largest allowed difference in memory between many and few profiles, in bytes.
const AIM: u64 = 20 << 20;

pub(crate) async fn measure(program: &Program, table: &mut Table) -> Result<()> {
    let vendor = Vendor::start(Kind::Canned, 0)?;
    let directory = tempfile::tempdir()?;
    for in_flight in [8, 64] {
        let workflow = directory.path().join("workflow.yaml");
        fs::write(&workflow, program::workflow(&vendor.access, in_flight, None))?;
        let mut peaks = [0; 2];
        for (count, peak) in [FEW, MANY].into_iter().zip(&mut peaks) {
            say(&format!("peak memory of {count} profiles, {in_flight} in flight"))?;
            let path = directory.path().join(format!("{count}.jsonl"));
            if !path.exists() {
                let mut file = BufWriter::new(File::create(&path)?);
                people::people(count).try_for_each(|person| writeln!(file, "{person}"))?;
                file.flush()?;
            }
            let state = directory.path().join(format!("state of {count}, {in_flight} in flight"));
            *peak = program.run(&workflow, &path, Some(&state), count).await?.peak;
        }
        let [few, many] = peaks;
        table.push(Row {
            measure: format!("peak memory, 100 000 profiles against 1 000; canned, {in_flight} in flight"),
            ours: mebibytes(many),
            floor: mebibytes(few),
            ratio: format!("+ {}", mebibytes(many.saturating_sub(few))),
            aim: format!("≤ + {} MiB", AIM >> 20),
            met: Some(many.saturating_sub(few) <= AIM),
        });
    }
    Ok(())
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
