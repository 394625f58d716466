//! Sending one applicant: with its résumé or without, and finding out which one it became.

use std::time::Duration;

use hrflow_core::{
    Error, ErrorKind, Execution, Identity, Outcome, Receipt, Result, VendorId, Write, Writer, http::budget,
};
use tokio::time::Instant;

use crate::{
    api::Taken,
    applicant::Applicant,
    form::Form,
    lists::Listed,
    resume::{self, File},
    steps::RESUME,
    warehouse::{ApplicantWriter, lock},
};

/// How long to wait before an applicant that was created is looked for again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What becomes of an item's résumé.
enum Resume {
    /// There is none, or it is not wanted.
    None,
    /// It goes along.
    Along(File),
    /// It cannot go along.
    Missing(Error),
}

impl Resume {
    fn file(&self) -> Option<&File> {
        match self {
            Self::Along(file) => Some(file),
            Self::None | Self::Missing(_) => None,
        }
    }
}

impl ApplicantWriter {
    pub(crate) async fn write_one(&self, write: &Write<'_, Applicant>) -> Result<Receipt> {
        let mut form = Form::of(&self.parameters, write.item);
        let email = form.check(&self.parameters, write.item)?;
        let known = lock(&self.looked_up).remove(&Identity::email(&email));
        let sent_again = known.is_none();
        let before = match known {
            Some(before) => before,
            // Sent again after a look-up that found nothing: somebody may have been quicker.
            None => self.look(&email).await?,
        };
        if let Some(id) = &before.applicant
            && (before.applied || self.parameters.job_id().is_none())
        {
            if sent_again {
                self.unless_perhaps_ours(write.item)?;
            }
            return Ok(Receipt::new(Outcome::AlreadyThere, id.clone()));
        }
        self.places.put_ids(&self.api, &self.parameters, &mut form).await?;
        if before.unlisted {
            let reason = "Applied for the job without a check for an earlier application: Ceipal lists none of this account";
            form.warnings.add("job_id", reason);
        }
        let resume = self.resume(write).await?;
        self.send(write.item, form, resume, before.applicant).await
    }

    /// The résumé's file, if one is to go along, or why there is none for good.
    ///
    /// # Errors
    ///
    /// If the file may be there another time: Ceipal accepts no résumé later, so the applicant waits for it. And if the run
    /// is cancelled.
    async fn resume(&self, write: &Write<'_, Applicant>) -> Result<Resume> {
        let wanted = write.item.resume().filter(|_| write.attachments);
        let (Some(resume), Some(field)) = (wanted, self.parameters.field_map.resume()) else {
            return Ok(Resume::None);
        };
        match resume::fetch(&self.downloader, resume, field, self.parameters.resume_bytes()).await {
            Ok(file) => Ok(Resume::Along(file)),
            Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
            Err(error) if resume::is_lost(&error) => Ok(Resume::Missing(error)),
            Err(error) => Err(resume::kept_back(&error)),
        }
    }

    /// Creates an applicant, or has the one that is there apply. A résumé that Ceipal refuses does not cost the applicant.
    async fn send(
        &self,
        item: &Applicant,
        form: Form,
        mut resume: Resume,
        existing: Option<VendorId>,
    ) -> Result<Receipt> {
        let sent = match self.post(&form, resume.file()).await {
            Err(refusal) if refusal.kind() == ErrorKind::Invalid && resume.file().is_some() => {
                resume = Resume::Missing(refusal);
                // The refusal may be of the file only, after the applicant was made.
                match self.created_all_the_same(item, &existing).await? {
                    Some(id) => Ok(Taken { id: Some(id), words: String::new() }),
                    None => self.post(&form, None).await,
                }
            }
            sent => sent,
        };
        let taken = match sent {
            Ok(taken) => taken,
            Err(error) if error.kind() == ErrorKind::Duplicate => {
                return self.exists_already(item, existing, error).await;
            }
            Err(error) => return Err(error),
        };
        let outcome = if existing.is_some() { Outcome::Updated } else { Outcome::Created };
        let id = match taken.id.or(existing) {
            Some(id) => id,
            None => {
                let found = self.read_back(item, resume.file().is_some(), &taken.words).await?;
                // That a new applicant's file is taken is assumed: the record has the last word.
                if found.resume == Some(false) && resume.file().is_some() {
                    let why = Error::new(ErrorKind::Invalid, "it was sent along, and the record shows none");
                    resume = Resume::Missing(why);
                }
                VendorId(found.id)
            }
        };
        let receipt = Receipt { warnings: form.warnings.into_vec(), ..Receipt::new(outcome, id.clone()) };
        Ok(match resume {
            Resume::Along(_) => receipt.with_step(RESUME),
            Resume::Missing(why) => {
                let reason = format_args!("Sent without its résumé: {}", why.message());
                let receipt = receipt.with_warning("attachments", reason);
                lock(&self.without_resume).insert(id, why);
                receipt
            }
            Resume::None if item.resume().is_none() => receipt.with_warning(
                "attachments",
                "Sent without a résumé, from which Ceipal fills experience and education",
            ),
            Resume::None => receipt,
        })
    }

    async fn post(&self, form: &Form, file: Option<&File>) -> Result<Taken> {
        match self.parameters.job_id() {
            Some(_) => self.api.apply(form, file).await,
            None => self.api.create(form, file).await,
        }
    }

    /// The id of an applicant that came to be although Ceipal refused. The list may be behind: until it cannot be any
    /// more, that nobody is in it proves nothing.
    async fn created_all_the_same(
        &self,
        item: &Applicant,
        existing: &Option<VendorId>,
    ) -> Result<Option<VendorId>> {
        if existing.is_some() {
            return Ok(None);
        }
        Ok(self.once_visible(item, false).await?.map(|it| VendorId(it.id)))
    }

    /// Ceipal says that the applicant, or the application, is there already.
    async fn exists_already(
        &self,
        item: &Applicant,
        existing: Option<VendorId>,
        error: Error,
    ) -> Result<Receipt> {
        self.unless_perhaps_ours(item)?;
        let id = match existing {
            Some(id) => Some(id),
            None => self.once_visible(item, false).await?.map(|it| VendorId(it.id)),
        };
        match id {
            Some(id) => Ok(Receipt::new(Outcome::AlreadyThere, id)),
            None => Err(error.advise("Ceipal says so, and lists nobody with the e-mail address.")),
        }
    }

    /// After a lost answer, whoever is there is looked at first: they are perhaps whom we sent.
    fn unless_perhaps_ours(&self, item: &Applicant) -> Result<()> {
        self.lost.perhaps_ours(self.identity(item).as_ref()).map_or(Ok(()), Err)
    }

    /// Reads back an applicant that was just taken, also when the run is asked to stop meanwhile. Where nobody is found, or
    /// the look-up fails, what became of it is not known.
    async fn read_back(&self, item: &Applicant, with_resume: bool, words: &str) -> Result<Listed> {
        let answered = match words {
            "" => "Ceipal answered without an id".to_owned(),
            words => format!("Ceipal answered without an id: {words}"),
        };
        let unconfirmed = |what: &str| {
            Error::new(ErrorKind::Protocol, format!("{answered}; {what}")).with_execution(Execution::Unknown)
        };
        match budget::to_its_end(self.once_visible(item, with_resume)).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(unconfirmed("the applicant is not in its list")),
            Err(error) => Err(unconfirmed("its list cannot be read").with_source(error)),
        }
    }

    /// The applicant with the address of an item, and with its résumé where it has one; looked for until the list cannot
    /// be behind any more.
    async fn once_visible(&self, item: &Applicant, with_resume: bool) -> Result<Option<Listed>> {
        let Some(email) = item.email() else { return Ok(None) };
        let name = self.name_of(&item.standard_fields.firstname, &item.standard_fields.lastname);
        let until = Instant::now() + self.lookup_lag();
        loop {
            let asked = Instant::now();
            let mut found = self.api.applicants_with(&email).await?;
            let namesake = found.iter().position(|it| self.name_of(&it.firstname, &it.lastname) == name);
            let found = (!found.is_empty()).then(|| found.swap_remove(namesake.unwrap_or(0)));
            let is_all = found.as_ref().is_some_and(|it| !with_resume || it.resume != Some(false));
            let left = until.saturating_duration_since(Instant::now());
            if is_all || asked >= until || !budget::current().pause(left.min(LOOK_AGAIN)).await {
                return Ok(found);
            }
        }
    }
}
