//! Fictional applicants that cover the forms of responses.

use serde_json::Value;

use super::Ceipal;
use crate::documents::{PDF, pdf};

const SAMPLES: &str = include_str!("../../seed/ceipal_applicants.json");

pub(crate) fn add(ceipal: &Ceipal) -> Vec<String> {
    let samples: Vec<Value> = serde_json::from_str(SAMPLES).unwrap_or_default();
    let ids: Vec<String> = samples.into_iter().map(|sample| ceipal.seed_applicant(sample)).collect();
    if let Some(first) = ids.first() {
        // A line of bytes outside ASCII, as most PDF files have it to mark them as binary.
        let resume = [pdf("Odette Sample"), b"%\xE2\xE3\xCF\xD3\n".to_vec()].concat();
        ceipal.attach(first, "odette-sample.pdf", PDF, resume);
    }
    ids
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_samples_are_json() {
        let samples: Vec<serde_json::Value> = serde_json::from_str(super::SAMPLES).unwrap();
        assert_eq!(samples.len(), 5);
    }
}
