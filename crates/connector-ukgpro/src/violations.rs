//! Where a candidate that a user's own mapping made breaks a limit of UKG Pro.

use connector_hrflow::email;
use hrflow_core::{
    parameters::Fault,
    text::{length, too_long},
};

use crate::candidate::{Candidate, Named, limit};

/// Every text that is too long, by its path.
pub(crate) fn of(candidate: &Candidate) -> Vec<Fault> {
    let mut found = Found(Vec::new());
    found.some("name.first", &candidate.name.first, limit::NAME);
    found.some("name.last", &candidate.name.last, limit::NAME);
    found.0.extend(email::fault("contact_info.email", &candidate.contact_info.email));
    contact(candidate, &mut found);
    for (index, work) in candidate.workexperience.iter().enumerate() {
        let path = |member: &str| format!("workexperience[{index}].{member}");
        found.text(&path("job_title"), &work.job_title, limit::TITLE);
        found.text(&path("company"), &work.company, limit::TITLE);
        found.some(&path("location"), &work.location, limit::LOCATION);
        found.some(&path("description"), &work.description, limit::WORK);
    }
    for (index, study) in candidate.education.iter().enumerate() {
        let path = |member: &str| format!("education[{index}].{member}");
        found.named(&path("school"), &study.school, limit::TITLE);
        if let Some(degree) = &study.degree {
            found.named(&path("degree"), degree, limit::TITLE);
        }
        found.some(&path("description"), &study.description, limit::EDUCATION);
    }
    for (index, license) in candidate.licenses.iter().enumerate() {
        found.named(&format!("licenses[{index}].license"), &license.license, limit::LICENSE);
        found.some(&format!("licenses[{index}].number"), &license.number, limit::LICENSE_NUMBER);
    }
    for (index, skill) in candidate.skills.iter().enumerate() {
        found.named(&format!("skills[{index}].skill"), &skill.skill, limit::SKILL);
    }
    found.0
}

fn contact(candidate: &Candidate, found: &mut Found) {
    if let Some(phone) = &candidate.contact_info.phone {
        found.some("contact_info.phone.primary", &phone.primary, limit::PHONE);
        found.some("contact_info.phone.secondary", &phone.secondary, limit::PHONE);
    }
    let Some(address) = &candidate.contact_info.address else { return };
    found.some("contact_info.address.line1", &address.line1, limit::ADDRESS);
    found.some("contact_info.address.line2", &address.line2, limit::ADDRESS);
    found.some("contact_info.address.city", &address.city, limit::ADDRESS);
    if let Some(code) = &address.postal_code
        && !limit::POSTAL_CODE.contains(&length(code))
    {
        let (least, most) = limit::POSTAL_CODE.into_inner();
        let rule = format!("{least} to {most} characters, came {}", length(code));
        found.0.push(Fault::rule("contact_info.address.postal_code", rule));
    }
}

struct Found(Vec<Fault>);

impl Found {
    fn text(&mut self, path: &str, text: &str, most: usize) {
        self.0.extend(too_long(path, text, most));
    }

    fn some(&mut self, path: &str, text: &Option<String>, most: usize) {
        self.text(path, text.as_deref().unwrap_or_default(), most);
    }

    fn named(&mut self, path: &str, named: &Named, most: usize) {
        self.text(&format!("{path}.name"), &named.name, most);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_is_held_against_its_limit() {
        let long = "x".repeat(5000);
        let candidate: Candidate = serde_json::from_value(json!({
            "name": { "first": long, "last": "Byron" },
            "contact_info": { "phone": { "primary": long }, "address": { "city": long, "postal_code": "1" } },
            "workexperience": [{ "job_title": "a", "company": long, "location": "twenty-one characters" }],
            "education": [{ "school": { "name": long }, "degree": { "name": "b" } }],
            "licenses": [{ "license": { "name": "c" }, "number": long }],
            "skills": [{ "skill": { "name": "d" } }, { "skill": { "name": long } }],
        }))
        .unwrap();
        let told: Vec<String> = of(&candidate).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "name.first: at most 100 characters, came 5000",
                "contact_info.phone.primary: at most 25 characters, came 5000",
                "contact_info.address.city: at most 255 characters, came 5000",
                "contact_info.address.postal_code: 3 to 50 characters, came 1",
                "workexperience[0].company: at most 100 characters, came 5000",
                "workexperience[0].location: at most 20 characters, came 21",
                "education[0].school.name: at most 100 characters, came 5000",
                "licenses[0].number: at most 20 characters, came 5000",
                "skills[1].skill.name: at most 80 characters, came 5000",
            ]
        );
    }
}
