//! What an update sends: everything that is there, with what the item says over it.
//!
//! Whether JobAdder blanks the members that an update leaves out is not documented, and reports differ. So nothing is
//! left out that was there.

use hrflow_core::Warnings;
use serde_json::{Map, Value, json};

use crate::{
    body::{by_field, filled},
    candidate::SKILL_TAGS,
    format::skill_tags,
};

/// The members that are read and written alike (API documentation, candidates).
const ALIKE: [&str; 14] = [
    "firstName",
    "lastName",
    "email",
    "phone",
    "mobile",
    "salutation",
    "rating",
    "seeking",
    "unsubscribed",
    "summary",
    "dateOfBirth",
    "emergencyContact",
    "emergencyPhone",
    "social",
];

/// The body of an update: `current` as it was read, with the members of `new` over it. Skills, educations, custom fields
/// and pages are added to, and what is known besides of a present position stays with it; everything else that is new
/// stands in place of the old.
pub(crate) fn merged(current: &Map<String, Value>, mut new: Map<String, Value>) -> Map<String, Value> {
    let mut body = command(current);
    // Only for creating (API documentation, candidates).
    new.remove("source");
    for (name, value) in new {
        let value = match (name.as_str(), body.remove(&name)) {
            ("skillTags", Some(old)) => tags(&old, &value),
            ("custom", Some(old)) => Value::Array(by_field(elements(&old), elements(&value))),
            ("education", Some(old)) => educations(&old, &value),
            ("employment", Some(old)) => over(&old, with_current(&old, value)),
            ("social", Some(old)) => over(&old, value),
            _ => value,
        };
        body.insert(name, value);
    }
    body
}

/// An object with the members of a new one over its own.
fn over(old: &Value, new: Value) -> Value {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            Value::Object(old.clone().into_iter().chain(new).collect())
        }
        (_, new) => new,
    }
}

/// A new employment whose present position, if it is the one that is known, keeps its salary and its type of work.
fn with_current(old: &Value, mut new: Value) -> Value {
    if let (Some(known), Some(current)) = (old.get("current"), new.get_mut("current"))
        && is_same(known, current, ["employer", "position"])
    {
        *current = over(known, current.take());
    }
    new
}

/// The educations that are known, and those that are new. One that says more now of a known one stands over it.
fn educations(old: &Value, new: &Value) -> Value {
    let mut educations = elements(old);
    for new in elements(new) {
        let known = educations.iter_mut().find(|it| is_same(it, &new, ["institution", "course"]));
        match known {
            Some(known) => *known = over(known, new),
            None => educations.push(new),
        }
    }
    Value::Array(educations)
}

/// Whether two are one by what they are named: one of the names is the same, and none is another.
fn is_same(one: &Value, other: &Value, names: [&str; 2]) -> bool {
    let text = |value: &Value, name: &str| {
        value.get(name).and_then(Value::as_str).map(|it| it.trim().to_lowercase()).filter(|it| !it.is_empty())
    };
    let pairs = names.iter().filter_map(|name| Some((text(one, name)?, text(other, name)?)));
    let pairs: Vec<_> = pairs.collect();
    !pairs.is_empty() && pairs.iter().all(|(one, other)| one == other)
}

/// A candidate as it is read, in the form in which it is written: ids in place of what they stand for, nothing that is
/// read only, nothing empty.
fn command(current: &Map<String, Value>) -> Map<String, Value> {
    let get = |name: &str| current.get(name).cloned().unwrap_or_default();
    let mut body: Map<String, Value> = ALIKE.iter().map(|name| ((*name).to_owned(), get(name))).collect();
    let mut put = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
    put("statusId", get("status")["statusId"].clone());
    put("skillTags", get("skillTags"));
    put("education", get("education"));
    put("address", only(&get("address"), &["street", "city", "state", "postalCode", "countryCode"]));
    put("availability", availability(&get("availability")));
    put("employment", employment(&get("employment")));
    put("recruiterUserId", ids(&get("recruiters"), "userId"));
    let custom = elements(&get("custom")).into_iter().map(|it| only(&it, &["fieldId", "value"]));
    put("custom", custom.filter(|it| filled(it["value"].clone()).is_some()).collect());
    filled(Value::Object(body)).and_then(|body| body.as_object().cloned()).unwrap_or_default()
}

/// Exactly one of the three is taken.
fn availability(read: &Value) -> Value {
    let one =
        |name: &str| read.get(name).filter(|value| !value.is_null()).map(|value| json!({ name: value }));
    let immediate =
        read.get("immediate").filter(|it| **it == json!(true)).map(|_| json!({ "immediate": true }));
    one("relative").or_else(|| one("date")).or(immediate).unwrap_or_default()
}

fn employment(read: &Value) -> Value {
    let position = |read: &Value| {
        let mut position = only(read, &["employer", "position", "salary", "workTypeId"]);
        if let (Some(members), Some(id)) = (position.as_object_mut(), read.pointer("/workType/workTypeId")) {
            members.insert("workTypeId".to_owned(), id.clone());
        }
        position
    };
    let mut ideal = position(&read["ideal"]);
    let others: Vec<Value> = elements(&read["ideal"]["other"]).iter().map(position).collect();
    if let Some(members) = ideal.as_object_mut() {
        members.insert("other".to_owned(), Value::Array(others));
    }
    let periods = elements(&read["history"]);
    let periods = periods.iter().map(|it| only(it, &["employer", "position", "start", "end", "description"]));
    json!({ "current": position(&read["current"]), "ideal": ideal, "history": periods.collect::<Vec<_>>() })
}

fn only(read: &Value, names: &[&str]) -> Value {
    let members = read.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn ids(read: &Value, name: &str) -> Value {
    elements(read).iter().filter_map(|it| it.get(name).cloned()).collect()
}

fn elements(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// The tags that are there, and the new ones as far as there is room.
fn tags(old: &Value, new: &Value) -> Value {
    let texts = |value: &Value| {
        elements(value).iter().filter_map(|it| it.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let old = texts(old);
    // More than we would send may be there: it stays.
    if old.len() >= SKILL_TAGS {
        return Value::from(old);
    }
    Value::from(skill_tags(old.into_iter().chain(texts(new)), &mut Warnings::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    fn read() -> Map<String, Value> {
        object(json!({
            "candidateId": 9, "firstName": "Ada", "lastName": "Byron", "email": "ada@example.com", "phone": null,
            "mobile": "+61 4", "mobileNormalized": "+614", "contactMethod": "Phone", "otherEmail": ["a@example.com"],
            "salutation": "Ms", "unsubscribed": true, "rating": "A", "source": "Board", "seeking": null,
            "status": { "statusId": 4, "name": "Placed", "active": true, "default": false },
            "address": { "street": ["1 Road"], "city": "Lyon", "state": null, "country": "France", "countryCode": "FR" },
            "social": { "linkedin": "https://old.example.com", "youtube": "https://y.example.com" },
            "availability": { "immediate": null, "relative": { "period": 2, "unit": "Week" }, "date": null },
            "employment": {
                "current": { "employer": "Old Ltd", "workType": { "workTypeId": 3, "name": "Perm" },
                    "salary": { "ratePer": "Year", "rate": null, "currency": "EUR" } },
                "ideal": { "position": "Dev", "workType": { "workTypeId": 5 }, "salary": { "ratePer": "Hour", "rateLow": 1.5 },
                    "other": [{ "workType": { "workTypeId": 6 }, "salary": null }] },
                "history": [{ "employer": "Older Ltd", "start": "2001", "end": "2002-03" }],
            },
            "education": [{ "institution": "School", "course": null, "date": "1999" }],
            "skillTags": ["Rust", "SQL"],
            "custom": [{ "fieldId": 1, "name": "A", "type": "Text", "value": "x" }, { "fieldId": 2, "value": null },
                { "fieldId": 3, "type": "List", "value": ["y"] }],
            "recruiters": [{ "userId": 11, "firstName": "R" }, { "userId": 12 }],
            "statistics": { "notes": 3 }, "links": { "self": "https://api.example.com" }, "createdAt": "2026-01-01T00:00:00Z",
        }))
    }

    #[test]
    fn what_is_there_is_sent_along_in_the_form_that_is_written() {
        assert_eq!(
            Value::Object(merged(&read(), Map::new())),
            json!({
                "firstName": "Ada", "lastName": "Byron", "email": "ada@example.com", "mobile": "+61 4", "salutation": "Ms",
                "unsubscribed": true, "rating": "A", "statusId": 4,
                "address": { "street": ["1 Road"], "city": "Lyon", "countryCode": "FR" },
                "social": { "linkedin": "https://old.example.com", "youtube": "https://y.example.com" },
                "availability": { "relative": { "period": 2, "unit": "Week" } },
                "employment": {
                    "current": { "employer": "Old Ltd", "workTypeId": 3, "salary": { "ratePer": "Year", "currency": "EUR" } },
                    "ideal": { "position": "Dev", "workTypeId": 5, "salary": { "ratePer": "Hour", "rateLow": 1.5 },
                        "other": [{ "workTypeId": 6 }] },
                    "history": [{ "employer": "Older Ltd", "start": "2001", "end": "2002-03" }],
                },
                "education": [{ "institution": "School", "date": "1999" }],
                "skillTags": ["Rust", "SQL"],
                "custom": [{ "fieldId": 1, "value": "x" }, { "fieldId": 3, "value": ["y"] }],
                "recruiterUserId": [11, 12],
            })
        );
    }

    #[test]
    fn new_members_stand_over_old_ones_and_lists_grow() {
        let new = object(json!({
            "firstName": "Augusta", "source": "HrFlow.ai", "skillTags": ["rust", "COBOL"],
            "address": { "city": "Paris" }, "social": { "linkedin": "https://new.example.com" },
            "employment": { "current": { "employer": "New Ltd" } },
            "custom": [{ "fieldId": 3, "value": ["z"] }, { "fieldId": 4, "value": "w" }],
        }));
        let body = Value::Object(merged(&read(), new));
        assert_eq!(body["firstName"], json!("Augusta"));
        assert_eq!(body["lastName"], json!("Byron"));
        assert_eq!(body.get("source"), None);
        assert_eq!(body["skillTags"], json!(["Rust", "SQL", "COBOL"]));
        assert_eq!(body["address"], json!({ "city": "Paris" }));
        assert_eq!(
            body["social"],
            json!({ "linkedin": "https://new.example.com", "youtube": "https://y.example.com" })
        );
        assert_eq!(body["employment"]["current"], json!({ "employer": "New Ltd" }));
        assert_eq!(body["employment"]["ideal"]["position"], json!("Dev"));
        assert_eq!(body["employment"]["history"][0]["employer"], json!("Older Ltd"));
        let custom = json!([{ "fieldId": 1, "value": "x" }, { "fieldId": 3, "value": ["z"] }, { "fieldId": 4, "value": "w" }]);
        assert_eq!(body["custom"], custom);
    }

    #[test]
    fn a_present_position_keeps_what_is_known_of_it() {
        let current = |new: Value| {
            let body = merged(&read(), object(json!({ "employment": { "current": new } })));
            body["employment"]["current"].clone()
        };
        let salary = json!({ "ratePer": "Year", "currency": "EUR" });
        assert_eq!(
            current(json!({ "employer": "OLD Ltd ", "position": "Engineer" })),
            json!({ "employer": "OLD Ltd ", "position": "Engineer", "workTypeId": 3, "salary": salary })
        );
        let raise = json!({ "employer": "Old Ltd", "salary": { "ratePer": "Hour" } });
        assert_eq!(current(raise)["salary"], json!({ "ratePer": "Hour" }));
        assert_eq!(current(json!({ "position": "Engineer" })), json!({ "position": "Engineer" }));
    }

    #[test]
    fn educations_are_added_once() {
        let new = json!([
            { "institution": "SCHOOL", "course": "Mathematics" },
            { "institution": "School", "course": "Mathematics", "date": "2001" },
            { "institution": "College", "course": "Mathematics" },
        ]);
        let body = merged(&read(), object(json!({ "education": new })));
        assert_eq!(
            body["education"],
            json!([
                { "institution": "School", "course": "Mathematics", "date": "2001" },
                { "institution": "College", "course": "Mathematics" },
            ])
        );
        // Nothing of what is there goes when the same is sent again.
        let again = merged(&read(), object(json!({ "education": [{ "institution": "School" }] })));
        assert_eq!(again["education"], json!([{ "institution": "School", "date": "1999" }]));
    }

    #[test]
    fn sparse_records_are_no_trouble() {
        assert_eq!(merged(&object(json!({ "candidateId": 9 })), Map::new()), Map::new());
        let odd = json!({ "availability": { "immediate": false, "relative": null }, "employment": null, "custom": {},
            "skillTags": "x", "recruiters": [null], "status": null, "address": [] });
        let body = merged(&object(odd), object(json!({ "skillTags": ["a"] })));
        assert_eq!(Value::Object(body), json!({ "skillTags": ["a"] }));
        let date = object(json!({ "availability": { "immediate": false, "date": "2026-05-01" } }));
        assert_eq!(
            Value::Object(merged(&date, Map::new())),
            json!({ "availability": { "date": "2026-05-01" } })
        );
        let many: Vec<String> = (0..150).map(|it| it.to_string()).collect();
        let body = merged(&object(json!({ "skillTags": many })), object(json!({ "skillTags": ["a"] })));
        assert_eq!(body["skillTags"], json!(many));
    }
}
