//! What belongs to an applicant: the résumé, which goes along with it or not at all.

use hrflow_core::{Error, ErrorKind, Result, Step, VendorId};

use crate::{
    applicant::Applicant,
    warehouse::{ApplicantWriter, lock},
};

/// The step that is the résumé.
pub(crate) const RESUME: &str = "resume";

impl ApplicantWriter {
    pub(crate) fn steps_of(&self, item: &Applicant) -> Vec<Step> {
        let resume = item.resume().filter(|_| self.parameters.field_map.resume().is_some());
        let step = resume.map(|resume| Step {
            name: RESUME.to_owned(),
            identity: resume.identity(),
            document: true,
            idempotent: true,
        });
        step.into_iter().collect()
    }

    /// What went along with an applicant whose answer was lost, as its record shows it.
    pub(crate) async fn steps_that_arrived(&self, item: &Applicant, id: &VendorId) -> Result<Vec<String>> {
        let steps = self.steps_of(item);
        let (Some(email), false) = (item.email(), steps.is_empty()) else { return Ok(Vec::new()) };
        let found = self.api.applicants_with(&email).await?;
        let arrived = found.iter().any(|it| it.id == id.0 && it.resume == Some(true));
        Ok(steps.into_iter().filter(|_| arrived).map(|step| step.name).collect())
    }

    /// Why a step that did not go along cannot be done: Ceipal has no way to add a document. Trying again does not help,
    /// and the failure counts as the attachment's.
    pub(crate) fn refuse_step(&self, id: &VendorId, step: &Step) -> Error {
        if step.name != RESUME {
            return Error::new(ErrorKind::Internal, format!("{} is no step of this item", step.name));
        }
        match lock(&self.without_resume).remove(id) {
            Some(why) => {
                let message =
                    "the applicant was created without its résumé, and Ceipal takes none afterwards";
                Error::new(ErrorKind::Invalid, message)
                    .with("reason", why.message())
                    .with_vendor_message(why.vendor_message().unwrap_or_default())
            }
            None => Error::new(ErrorKind::Invalid, "Ceipal takes a résumé along with a new applicant only")
                .advise("Add it by hand."),
        }
    }
}
