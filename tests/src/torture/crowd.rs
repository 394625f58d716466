//! The candidates of the crash suite, some of them with shared emails.

use serde_json::Value;

use crate::{
    people::{profile, with_email, with_experiences, with_resume},
    subject::Abilities,
};

/// All candidates so far.
pub(super) struct Crowd {
    people: Vec<Person>,
    resume: String,
    abilities: Abilities,
}

/// One candidate.
pub(super) struct Person {
    /// The item's key.
    pub(super) key: String,
    /// First and last name, as of now. Names are never reused.
    pub(super) name: String,
    /// All earlier names.
    pub(super) earlier_names: Vec<String>,
    /// The email: unique, shared with one other candidate, or none.
    pub(super) email: Option<String>,
    /// Whether the candidate has a résumé.
    pub(super) has_resume: bool,
    /// Whether the vendor accepts the candidate.
    pub(super) is_taken: bool,
    /// The HrFlow.ai profile.
    pub(super) profile: Value,
}

impl Crowd {
    pub(super) fn new(resume: String, abilities: Abilities) -> Self {
        Self { people: Vec::new(), resume, abilities }
    }

    pub(super) fn people(&self) -> &[Person] {
        &self.people
    }

    /// Returns the vendor's abilities.
    pub(super) fn abilities(&self) -> Abilities {
        self.abilities
    }

    /// Returns the candidates that the vendor accepts.
    pub(super) fn taken(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|it| it.is_taken)
    }

    /// Returns the number of records. Candidates with a shared email have one record.
    pub(super) fn records(&self) -> usize {
        let mut known = std::collections::HashSet::new();
        self.taken().filter(|it| known.insert(it.email.as_ref().unwrap_or(&it.name))).count()
    }

    /// Renames `count` candidates with a unique email and returns them.
    pub(super) fn change(&mut self, count: usize, random: &mut fastrand::Rng) -> Vec<&Person> {
        let mut able: Vec<&mut Person> = self.people.iter_mut().filter(|it| it.has_own_address()).collect();
        random.shuffle(&mut able);
        able.truncate(count);
        for person in &mut able {
            let last = format!("{} {}", person.last_name(), "Junior");
            let name = format!("Ada {last}");
            person.earlier_names.push(std::mem::replace(&mut person.name, name.clone()));
            person.profile["info"]["last_name"] = last.into();
            person.profile["info"]["full_name"] = name.into();
        }
        able.into_iter().map(|it| &*it).collect()
    }

    /// Adds `count` candidates. Of 10, two have no email, and two share one.
    pub(super) fn grow(&mut self, count: usize, random: &mut fastrand::Rng) {
        let documents = self.abilities.documents;
        for _ in 0..count {
            let index = self.people.len();
            let (key, last) = (format!("p{index}"), format!("Example-{index}"));
            let plain = profile(&key, "Ada", &last);
            let (email, has_resume) = match index % 10 {
                3 | 6 => (None, random.bool() && documents),
                8 | 9 => (Some(format!("pair{}@example.com", index / 10)), false),
                _ => (Some(format!("{key}@example.com")), random.bool() && documents),
            };
            let mut person = with_email(plain, email.as_deref());
            if self.abilities.experiences {
                person = with_experiences(person);
            }
            if has_resume {
                person = with_resume(person, &self.resume, 7);
            }
            self.people.push(Person {
                key: format!("source/{key}"),
                name: format!("Ada {last}"),
                earlier_names: Vec::new(),
                is_taken: email.is_some() || self.abilities.without_email,
                email,
                has_resume,
                profile: person,
            });
        }
    }
}

impl Person {
    /// Whether the candidate has an email that no other one shares.
    pub(super) fn has_own_address(&self) -> bool {
        self.email.as_ref().is_some_and(|email| !email.starts_with("pair"))
    }

    pub(super) fn last_name(&self) -> &str {
        self.name.trim_start_matches("Ada ")
    }
}
