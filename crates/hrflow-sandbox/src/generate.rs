//! Invented profiles in any number, the same for the same seed.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::files::generated;
use crate::random::Random;

const FIRST: [&str; 20] = [
    "Aino", "Bashir", "Chloé", "Dmitri", "Eszter", "Fatou", "Gökhan", "Hana", "Ívar", "Jasmijn", "Kwame",
    "Léa", "Mio", "Niamh", "Óscar", "Paloma", "Qiang", "Rūta", "Søren", "Žofia",
];
const LAST: [&str; 20] = [
    "Placeholder",
    "Specimen",
    "Muster",
    "Exemple",
    "Ejemplo",
    "Esempio",
    "Voorbeeld",
    "Näyte",
    "Przykład",
    "Örnek",
    "O'Sample",
    "de la Prueba",
    "van Testen",
    "Invented-Smith",
    "Fiktiv",
    "Nikdo",
    "Sansnom",
    "Doe",
    "Roe",
    "Quelconque",
];
const CITIES: [(&str, &str, f64, f64); 6] = [
    ("Nantes", "France", 47.21837, -1.55362),
    ("Gdańsk", "Poland", 54.35205, 18.64637),
    ("São Paulo", "Brazil", -23.55052, -46.63331),
    ("京都", "Japan", 35.01164, 135.76803),
    ("Lagos", "Nigeria", 6.52438, 3.37921),
    ("Austin, TX", "USA", 30.26715, -97.74306),
];
const TITLES: [&str; 6] =
    ["Integration Engineer", "Nurse", "Boat Builder", "Data Analyst", "Chef de partie", "Train Driver"];
const SKILLS: [&str; 10] = [
    "Rust",
    "SQL",
    "Welding",
    "Negotiation",
    "C++",
    "Bookkeeping",
    "First aid",
    "Sailing",
    "Kubernetes",
    "Teamwork",
];

/// Invented profiles; see [`generate_profiles`].
#[derive(Debug, Clone)]
pub struct Generated {
    seed: u64,
    next: u64,
    count: u64,
    files: Arc<str>,
}

/// Generates `count` varied profiles, the same for the same `seed`.
///
/// About 1 in 10 has no email, and 1 in 20 shares the email of an earlier profile. Half have 1 or 2 attachments, a few
/// have a picture. Keys, references and dates (1 second apart, oldest first) are set, the source is not. URLs of
/// attachments begin with `{files}`. [`HrFlow::put_profile`](crate::HrFlow::put_profile) or [`Generated::files`]
/// replaces it.
pub fn generate_profiles(count: usize, seed: u64) -> Generated {
    Generated { seed, next: 0, count: count as u64, files: "{files}".into() }
}

impl Generated {
    /// Replaces `{files}` in attachments by the URL of a files server.
    pub fn files(mut self, url: &str) -> Generated {
        self.files = url.into();
        self
    }

    fn email(&self, number: u64) -> Option<String> {
        let mut random = Random::new(self.seed ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03));
        if random.chance(0.10) {
            return None;
        }
        // The email of an earlier profile, if that profile has one.
        if number > 0 && random.chance(0.05 / 0.90) {
            let earlier = random.below(number as usize) as u64;
            if let Some(shared) = self.own_email(earlier) {
                return Some(shared);
            }
        }
        self.own_email(number)
    }

    /// Returns the profile's own email. 1 in 10 has none.
    fn own_email(&self, number: u64) -> Option<String> {
        let mut random = Random::new(self.seed ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03));
        (!random.chance(0.10)).then(|| format!("person{number}.set{}@example.com", self.seed))
    }

    fn profile(&self, number: u64) -> Value {
        let mut random = Random::new(self.seed.wrapping_mul(0xA24B_AED4_963E_E407) ^ number);
        let (first, last) = (random.pick(&FIRST), random.pick(&LAST));
        let (city, country, lat, lng) = CITIES[random.below(CITIES.len())];
        let title = random.pick(&TITLES);
        let at = show_second(1_700_000_000 + number);
        let skills: Vec<Value> = (0..random.below(6))
            .map(|_| json!({"name": random.pick(&SKILLS), "type": "hard", "value": null}))
            .collect();
        let tags = match random.below(4) {
            0 => Value::Null,
            1 => json!([]),
            2 => json!([{"name": "batch", "value": number % 7}]),
            _ => json!([{"name": "open_to_work", "value": true}, {"name": "campaign", "value": "autumn"}]),
        };
        let summary = match random.below(4) {
            0 => Value::Null,
            1 => json!(format!("{title} in {city}.")),
            2 => json!(format!("{title} ").repeat(20)),
            _ => json!(format!("<p>{title}</p>\n« {first} » – {city} 🛶")),
        };
        let linkedin = random.chance(0.3).then(
            || json!([{"type": "linkedin", "url": format!("https://social.example.com/in/person-{number}")}]),
        );
        let picture = random.chance(0.05).then(|| self.url(number, "picture.png"));
        let mut attachments = Vec::new();
        if random.chance(0.5) {
            if random.chance(0.3) {
                attachments.push(self.attachment(number, "original", "original.docx", &at));
            }
            attachments.push(self.attachment(number, "resume", "resume.pdf", &at));
        }
        json!({
            "key": random.key(),
            "reference": if random.chance(0.8) { json!(format!("REF-{}-{number:06}", self.seed)) } else { Value::Null },
            "created_at": at,
            "updated_at": at,
            "info": {
                "full_name": format!("{first} {last}"),
                "first_name": first,
                "last_name": last,
                "email": self.email(number),
                "phone": random.chance(0.7).then(|| format!("+33199{:06}", number % 1_000_000)),
                "date_birth": null,
                "gender": null,
                "location": {"text": format!("{city}, {country}"), "lat": lat, "lng": lng, "gmaps": null, "fields": []},
                "urls": linkedin,
                "picture": picture,
                "summary": summary,
            },
            "text_language": "en",
            "text": format!("{first} {last}\n{title}\n{city}"),
            "experiences_duration": 2.5,
            "educations_duration": 0,
            "experiences": [{
                "key": random.key(),
                "title": title,
                "company": "Example Ltd",
                "description": format!("Worked as {title}."),
                "location": {"text": city, "lat": null, "lng": null, "gmaps": null, "fields": null},
                "date_start": "2020-01-01T00:00:00",
                "date_end": null,
                "skills": [], "certifications": [], "courses": [], "tasks": [],
            }],
            "educations": [],
            "attachments": attachments,
            "skills": skills,
            "languages": [{"name": "English", "value": null}],
            "tags": tags,
            "metadatas": [],
        })
    }

    fn url(&self, number: u64, name: &str) -> String {
        format!("{}/generated/{}/{number}/{name}", self.files, self.seed)
    }

    fn attachment(&self, number: u64, kind: &str, name: &str, at: &str) -> Value {
        let document = generated(&format!("/generated/{}/{number}/{name}", self.seed));
        let size = document.map_or(0, |document| document.bytes.len());
        let hash = Random::new(self.seed ^ number ^ size as u64).key();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        json!({
            "type": kind,
            "alt": hash,
            "file_size": size,
            "file_name": kind,
            "original_file_name": kind,
            "extension": format!(".{extension}"),
            "public_url": self.url(number, name),
            "updated_at": at,
            "created_at": at,
        })
    }
}

impl Iterator for Generated {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        if self.next >= self.count {
            return None;
        }
        self.next += 1;
        Some(self.profile(self.next - 1))
    }
}

fn show_second(second: u64) -> String {
    let time = jiff::Timestamp::from_second(second as i64).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_mix_is_as_promised() {
        let all: Vec<Value> = generate_profiles(4000, 3).collect();
        assert_eq!(all, generate_profiles(4000, 3).collect::<Vec<_>>());
        let emails: Vec<&str> = all.iter().filter_map(|profile| profile["info"]["email"].as_str()).collect();
        assert!((320..480).contains(&(all.len() - emails.len())), "{}", all.len() - emails.len());
        let different: HashSet<_> = emails.iter().collect();
        let shared = emails.len() - different.len();
        assert!((130..260).contains(&shared), "{shared}");
        let with = all.iter().filter(|profile| profile["attachments"] != json!([])).count();
        assert!((1800..2200).contains(&with), "{with}");
        let keys: HashSet<_> = all.iter().map(|profile| profile["key"].as_str()).collect();
        assert_eq!(keys.len(), all.len());
    }
}
