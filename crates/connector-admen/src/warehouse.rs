//! `AD-MEN Profiles`: persons, written.

use std::sync::Arc;

use hrflow_core::{
    Capabilities, DataType, Endpoint, Error, ErrorKind, Finding, Found, Identity, OpenContext, Receipt,
    Result, Step, StepTrace, Target, TargetId, Trace, Warehouse, Write, Writer, async_trait,
    options::OnExisting,
};
use serde_json::Value;

use crate::{parameters::Parameters, person::Person, writer::PersonWriter};

/// How many persons are committed together.
const BATCH: usize = 200;
/// One works with the database while the other is written into the journal.
const CONCURRENCY: usize = 2;

/// The warehouse `AD-MEN Profiles`, to be written to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Persons;

#[async_trait]
impl Target for Persons {
    type Parameters = Parameters;
    type Item = Person;

    fn warehouse(&self) -> Warehouse {
        let endpoint = |name, request| Endpoint { name, request, url: "https://www.ad-rh.com" };
        Warehouse {
            name: "AD-MEN Profiles",
            data_type: DataType::Profile,
            endpoints: vec![
                endpoint("Persons", "INSERT, SELECT, UPDATE PERSONNES"),
                endpoint("What they did", "INSERT, SELECT, UPDATE EXPERIENCES_PROFESSIONNELLES"),
            ],
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            update: true,
            attachments: false,
            concurrency: CONCURRENCY,
            batch_size: BATCH,
            rate_limit: None,
            find_without_email: true,
        }
    }

    async fn open(&self, parameters: Parameters, context: OpenContext) -> Result<Arc<dyn Writer<Person>>> {
        if let Some(limit) = context.rate_limit {
            let error =
                Error::new(ErrorKind::Config, format!("a database keeps no rate limit such as {limit}"));
            return Err(error.advise("Take `rate_limit` out of the options."));
        }
        Ok(Arc::new(PersonWriter::open(parameters, &context.options).await?))
    }

    /// Before texts are cut to the widths of the columns, which takes a look at the database.
    fn preview(&self, parameters: &Parameters, item: &Person) -> Value {
        let mut person = serde_json::to_value(item).unwrap_or_default();
        if let Some(members) = person.as_object_mut() {
            members.remove("warnings");
            members.entry("scsync_modified").or_insert_with(|| parameters.scsync_modified.clone().into());
        }
        person
    }
}

#[async_trait]
impl Writer<Person> for PersonWriter {
    fn target_id(&self) -> &TargetId {
        &self.target_id
    }

    fn identity(&self, item: &Person) -> Option<Identity> {
        item.email().map(|it| Identity::email(&it))
    }

    async fn trace(&self, items: &[&Person]) -> Result<Vec<Value>> {
        let above = self.highest_id().await?;
        let details = items.iter().map(|item| {
            serde_json::to_value(self.details(item, above))
                .map_err(|error| Error::new(ErrorKind::Internal, "no trace").with_source(error))
        });
        details.collect()
    }

    async fn write(&self, batch: &[Write<'_, Person>]) -> Vec<Result<Receipt>> {
        self.write_all(batch).await
    }

    async fn find(&self, trace: &Trace) -> Result<Found> {
        let details = serde_json::from_value(trace.details.clone()).map_err(|error| {
            Error::new(ErrorKind::Internal, "the trace cannot be read").with_source(error)
        })?;
        self.look_for(&details).await
    }

    // What belongs to a person goes in with the person.
    async fn write_step(&self, _: &Person, _: &hrflow_core::VendorId, _: &Step) -> Result<()> {
        Ok(())
    }

    async fn find_step(&self, trace: &StepTrace) -> Result<Found> {
        Ok(Found::Ours(vec![trace.id.clone()]))
    }

    async fn check(&self) -> Result<Vec<Finding>> {
        self.look_around(self.on_existing == OnExisting::Update).await
    }
}
