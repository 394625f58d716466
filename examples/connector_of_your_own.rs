//! A connector in 100 lines: `PUT /contacts/{key}` of a web service that stores contacts under our keys. A request that is
//! sent again changes nothing there, so nothing needs to be looked up after a lost response.

use std::{env::var, sync::Arc, time::Duration};

use hrflow_connectors::{
    core::{
        Action, ActionInfo, ActionType, Attachment, Capabilities, DataType, Endpoint, Error, ErrorKind,
        Finding, FormatName, Found, Identity, OpenContext, Outcome, Receipt, Result, Secret, Step, StepTrace,
        Target, TargetId, TargetItem, Trace, TriggerType, VendorId, Warehouse, Warning, Warnings, Write,
        Writer, async_trait,
        http::{BaseUrl, Client, Operation, RateLimit},
        parameters::{self, read},
    },
    hrflow::{Profile, ProfileList},
};
use hrflow_examples::{options, source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The parameters of the warehouse `Contacts`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// API key of the service.
    api_key: Secret,
    /// Base URL of the service.
    api_url: String,
}

impl parameters::Parameters for Parameters {}

/// What the service stores.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
struct Contact {
    key: String,
    name: String,
    email: Option<String>,
    /// What was dropped or repaired. It is not sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

impl Contact {
    fn body(&self) -> Value {
        json!({ "key": self.key, "name": self.name, "email": self.email })
    }
}

impl TargetItem for Contact {
    fn attachments(&self) -> &[Attachment] {
        &[]
    }

    fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

/// The default format.
fn format_profile(profile: &Profile) -> Result<Contact> {
    let key = profile.key.clone().ok_or_else(|| Error::new(ErrorKind::Invalid, "the profile has no key"))?;
    let name = profile.info.full_name.clone().unwrap_or_default();
    let mut warnings = Warnings::default();
    let email = profile.info.email(&mut warnings)?;
    Ok(Contact { key, name, email, warnings: warnings.into_vec() })
}

struct Contacts;

#[async_trait]
impl Target for Contacts {
    type Parameters = Parameters;
    type Item = Contact;

    fn warehouse(&self) -> Warehouse {
        let url = "https://contacts.example.com/docs";
        let endpoints = vec![Endpoint { name: "Store a contact", request: "PUT /contacts/{key}", url }];
        Warehouse { name: "Contacts", data_type: DataType::Profile, endpoints }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            update: false,
            attachments: false,
            concurrency: 4,
            batch_size: 1,
            rate_limit: Some(RateLimit::new(10, Duration::from_secs(1))),
            find_without_email: true,
        }
    }

    async fn open(&self, parameters: Parameters, context: OpenContext) -> Result<Arc<dyn Writer<Contact>>> {
        let client = Client::builder("Contacts", BaseUrl::parse(&parameters.api_url, "api_url")?)
            .secret_header("X-Api-Key", &parameters.api_key)
            .rate_limit(context.rate_limit, parameters.api_key.expose())
            .build()?;
        let target_id = TargetId(format!("contacts {}", client.base().host()));
        Ok(Arc::new(ContactWriter { client, target_id }))
    }

    fn preview(&self, _: &Parameters, item: &Contact) -> Value {
        item.body()
    }
}

struct ContactWriter {
    client: Client,
    target_id: TargetId,
}

impl ContactWriter {
    async fn put(&self, contact: &Contact) -> Result<Receipt> {
        let path = format!("contacts/{}", contact.key);
        self.client.put(Operation::idempotent("contacts.put"), &path).json(&contact.body()).send().await?;
        Ok(Receipt::new(Outcome::Created, VendorId(contact.key.clone())))
    }
}

#[async_trait]
impl Writer<Contact> for ContactWriter {
    fn target_id(&self) -> &TargetId {
        &self.target_id
    }

    fn identity(&self, contact: &Contact) -> Option<Identity> {
        contact.email.as_deref().map(Identity::email)
    }

    async fn trace(&self, contacts: &[&Contact]) -> Result<Vec<Value>> {
        Ok(vec![Value::Null; contacts.len()])
    }

    async fn write(&self, batch: &[Write<'_, Contact>]) -> Vec<Result<Receipt>> {
        let mut receipts = Vec::new();
        for write in batch {
            receipts.push(self.put(write.item).await);
        }
        receipts
    }

    /// Sending it again is safe, so it counts as absent.
    async fn find(&self, _: &Trace) -> Result<Found> {
        Ok(Found::Absent)
    }

    async fn write_step(&self, _: &Contact, _: &VendorId, _: &Step) -> Result<()> {
        Ok(())
    }

    async fn find_step(&self, _: &StepTrace) -> Result<Found> {
        Ok(Found::Absent)
    }

    async fn check(&self) -> Result<Vec<Finding>> {
        Ok(vec![format!("the service is at {}", self.client.base().host()).into()])
    }
}

fn push_profile_list() -> Action<ProfileList, Contacts> {
    let info = ActionInfo {
        name: "push_profile_list",
        description: "Stores the profiles of a source as contacts.",
        trigger_type: TriggerType::Schedule,
        action_type: ActionType::Outbound,
    };
    let format = FormatName { name: "format_profile", source: "examples/connector_of_your_own.rs" };
    Action::new(info, ProfileList, Contacts, format, format_profile)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let target = json!({ "api_key": var("CONTACTS_API_KEY")?, "api_url": var("CONTACTS_API_URL")? });
    let target: Parameters = read("target_parameters", &target)?;
    let result = push_profile_list().run(source()?, target).options(options()?).await;
    println!("{} stored", result.events.write_success);
    anyhow::ensure!(result.failures.is_empty(), "{:?}", result.failures);
    Ok(())
}
