//! The targets under test.

mod admen;
mod ceipal;
mod faults;
mod jobadder;
mod sandboxed;
mod scripted;
mod teamtailor;
mod ukgpro;

use std::sync::Arc;

use self::sandboxed::Sandboxed;
use crate::subject::Subject;

/// Returns every target. Add new connectors here. SQL Server is included if it is configured.
pub fn all() -> Vec<Arc<dyn Subject>> {
    let mut all: Vec<Arc<dyn Subject>> = vec![
        Arc::new(scripted::Scripted),
        Arc::new(admen::Admen),
        Arc::new(Sandboxed(ceipal::Ceipal)),
        Arc::new(Sandboxed(jobadder::JobAdder)),
        Arc::new(Sandboxed(teamtailor::Teamtailor)),
        Arc::new(Sandboxed(ukgpro::UkgPro)),
    ];
    all.extend(admen::SqlServer::given().map(|it| Arc::new(it) as _));
    all
}
