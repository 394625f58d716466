//! Fictional profiles in HrFlow.ai's format.

use serde_json::{Value, json};

/// Returns a profile of the source `source`, with an email.
pub fn profile(key: &str, first: &str, last: &str) -> Value {
    json!({
        "source_key": "source",
        "key": key,
        "info": {
            "first_name": first,
            "last_name": last,
            "full_name": format!("{first} {last}"),
            "email": format!("{key}@example.com"),
            "phone": null,
            "urls": [],
            "location": { "text": null, "lat": null, "lng": null, "fields": [] },
        },
        "experiences": null,
        "tags": [],
        "attachments": [],
    })
}

/// Returns `count` such profiles.
pub fn profiles(count: usize) -> Vec<Value> {
    (0..count).map(|index| profile(&format!("p{index}"), "Ada", &format!("Example-{index}"))).collect()
}

/// Returns the profile with another email, or without one.
pub fn with_email(mut profile: Value, email: Option<&str>) -> Value {
    profile["info"]["email"] = email.map_or(Value::Null, Value::from);
    profile
}

/// Returns the profile with two experiences at an employer named after the candidate.
pub fn with_experiences(mut profile: Value) -> Value {
    let info = &profile["info"];
    let own = info["email"].as_str().or_else(|| info["full_name"].as_str()).unwrap_or_default();
    profile["experiences"] = json!([
        { "company": own, "title": "Analyst", "date_start": "2020-05-01", "description": "Numbers" },
        { "company": own, "title": "Tutor", "date_start": "2017-01-01", "date_end": "2019-12-31" },
    ]);
    profile
}

/// Returns the profile with a résumé.
pub fn with_resume(mut profile: Value, url: &str, size: u64) -> Value {
    profile["attachments"] = json!([{
        "type": "resume",
        "file_name": "resume",
        "original_file_name": "resume",
        "extension": ".pdf",
        "file_size": size,
        "public_url": url,
    }]);
    profile
}
