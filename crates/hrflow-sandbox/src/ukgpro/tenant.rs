//! The fictional tenant: its opportunities, lists of ids and users.

use serde::Deserialize;
use serde_json::Value;

use super::route::{List, Questions};

const TENANT: &str = include_str!("../../seed/ukgpro_tenant.json");

/// Records that are returned unchanged.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Tenant {
    /// The authors of comments and creators of records. Internal candidates can be both too.
    pub(crate) users: Vec<Value>,
    pub(crate) applicant_sources: Vec<Value>,
    pub(crate) fields_of_study: Vec<Value>,
    pub(crate) job_boards: Vec<Value>,
    pub(crate) prefixes: Vec<Value>,
    pub(crate) proficiency_levels: Vec<Value>,
    pub(crate) suffixes: Vec<Value>,
    /// Some are archived.
    pub(crate) behaviors: Vec<Value>,
    pub(crate) motivations: Vec<Value>,
    pub(crate) opportunities: Vec<Value>,
    screening_questions: Vec<Value>,
    country_questions: Vec<Value>,
}

impl Tenant {
    pub(crate) fn seeded() -> Tenant {
        serde_json::from_str(TENANT).unwrap_or_default()
    }

    pub(crate) fn list(&self, list: List) -> &[Value] {
        match list {
            List::ApplicantSources => &self.applicant_sources,
            List::FieldsOfStudy => &self.fields_of_study,
            List::JobBoards => &self.job_boards,
            List::Prefixes => &self.prefixes,
            List::ProficiencyLevels => &self.proficiency_levels,
            List::Suffixes => &self.suffixes,
        }
    }

    pub(crate) fn opportunity(&self, id: &str) -> Option<&Value> {
        self.opportunities.iter().find(|opportunity| opportunity["id"] == id)
    }

    /// Returns the questions of one opportunity, without the name of that opportunity.
    pub(crate) fn questions(&self, opportunity: &str, questions: Questions) -> Vec<Value> {
        let all = match questions {
            Questions::Screening => &self.screening_questions,
            Questions::Country => &self.country_questions,
        };
        let of = |question: &&Value| question["opportunity_id"] == opportunity;
        let mut found: Vec<Value> = all.iter().filter(of).cloned().collect();
        for question in found.iter_mut().filter_map(Value::as_object_mut) {
            question.remove("opportunity_id");
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_is_complete() {
        let seeded: Value = serde_json::from_str(TENANT).unwrap();
        let tenant = Tenant::seeded();
        assert_eq!(tenant.opportunities.len(), seeded["opportunities"].as_array().unwrap().len());
        let ordinals: Vec<u64> =
            tenant.proficiency_levels.iter().map(|level| level["ordinal_value"].as_u64().unwrap()).collect();
        assert_eq!(ordinals, [1, 2, 3, 4, 5]);
        for question in tenant.screening_questions.iter().chain(&tenant.country_questions) {
            assert!(tenant.opportunity(question["opportunity_id"].as_str().unwrap()).is_some());
        }
    }
}
