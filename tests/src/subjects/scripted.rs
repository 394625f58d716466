//! The core's scripted target for tests.

use std::time::Duration;

use connector_hrflow::{Filled, Profile, Profiles};
use futures::future::BoxFuture;
use hrflow_core::{
    Action, ActionInfo, ActionType, AnyAction, Attachment, AttachmentKind, ErrorKind, FormatName, Result,
    TriggerType, Warnings, async_trait,
    testing::target::{Nature, Person, Reaction, ScriptedTarget},
};
use serde_json::{Value, json};

use crate::subject::{Abilities, Held, Subject, Trouble, World};

/// The scripted target.
pub(crate) struct Scripted;

impl Subject for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            http: false,
            lag: true,
            process: false,
            troubles: true,
            update: true,
            without_email: true,
            looks_first: false,
            documents: true,
            late_resumes: true,
            expiring_tokens: false,
            finds_documents: true,
            experiences: false,
            batch: 1,
            longest_name: 10_000,
        }
    }

    fn world(&self) -> BoxFuture<'static, Box<dyn World>> {
        Box::pin(async { Box::new(ScriptedWorld::new()) as _ })
    }
}

struct ScriptedWorld {
    target: ScriptedTarget,
    action: Action<Profiles, ScriptedTarget>,
}

impl ScriptedWorld {
    fn new() -> Self {
        let target = ScriptedTarget::new(Nature { lag: Duration::from_millis(50), ..Nature::default() });
        let info = ActionInfo {
            name: "push_profile",
            description: "",
            trigger_type: TriggerType::Hook,
            action_type: ActionType::Outbound,
        };
        let format = FormatName { name: "person", source: "" };
        let action = Action::new(info, Profiles, target.clone(), format, person);
        Self { target, action }
    }
}

fn person(profile: &Profile) -> Result<Person> {
    let (first, last) = profile.info.names();
    let name = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let attachments = profile.attachments.iter().map(|it| Attachment {
        kind: AttachmentKind::Resume,
        name: it.name(),
        url: it.public_url.filled().unwrap_or_default().to_owned(),
        size: it.file_size,
    });
    let mut warnings = Warnings::default();
    let email = profile.info.email(&mut warnings)?;
    Ok(Person { name, email, attachments: attachments.collect(), warnings: warnings.into_vec() })
}

#[async_trait]
impl World for ScriptedWorld {
    fn action(&self) -> &dyn AnyAction {
        &self.action
    }

    fn target_parameters(&self) -> Value {
        json!({})
    }

    fn trouble(&self, what: Trouble, times: u64) {
        let reaction = match what {
            Trouble::TooManyRequests(wait) => Reaction::Wait(wait),
            Trouble::ServerError { executed }
            | Trouble::Reset { executed }
            | Trouble::Silence { executed } => Reaction::Lose { executed },
            Trouble::Refusal => Reaction::Refuse(ErrorKind::Invalid),
            Trouble::Unauthorized => Reaction::Fatal(ErrorKind::Unauthorized),
            Trouble::Slow(time) => Reaction::Slow(time),
        };
        let times = usize::try_from(times).unwrap_or(usize::MAX);
        self.target.script_next(std::iter::repeat_n(reaction, times));
    }

    fn chaos(&self, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        let reactions = (0..60).map(|_| match random.u8(..6) {
            0 => Reaction::Lose { executed: true },
            1 => Reaction::Lose { executed: false },
            2 => Reaction::Refuse(ErrorKind::Unavailable),
            3 => Reaction::Refuse(ErrorKind::Invalid),
            _ => Reaction::Work,
        });
        self.target.script_next(reactions);
    }

    fn lag(&self, _: Duration) {
        // Its lookups always lag by 50 ms, and its parameters say so.
    }

    async fn seed(&self, name: &str, email: &str) {
        self.target.seed(name, Some(email));
    }

    async fn held(&self) -> Vec<Held> {
        let records = self.target.records().into_iter();
        let held = records.map(|it| Held {
            id: it.id.0,
            name: it.name,
            email: it.email,
            resumes: it.documents.len(),
        });
        held.collect()
    }

    fn resume_url(&self) -> String {
        "https://files.example.com/resume.pdf".to_owned()
    }

    fn refuse_documents(&self, refuse: bool) {
        self.target.refuse_documents(refuse);
    }

    fn writes(&self) -> usize {
        self.target.writes().len()
    }
}
