//! Codes of states. HrFlow has names or codes, as they were found; UKG Pro takes codes.

/// States, districts and territories of the United States, and their codes (ISO 3166-2).
const UNITED_STATES: [(&str, &str); 56] = [
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
    ("AS", "American Samoa"),
    ("GU", "Guam"),
    ("MP", "Northern Mariana Islands"),
    ("PR", "Puerto Rico"),
    ("VI", "Virgin Islands"),
];
/// Provinces and territories of Canada, and their codes (ISO 3166-2).
const CANADA: [(&str, &str); 15] = [
    ("AB", "Alberta"),
    ("BC", "British Columbia"),
    ("MB", "Manitoba"),
    ("NB", "New Brunswick"),
    ("NL", "Newfoundland and Labrador"),
    ("NL", "Newfoundland"),
    ("NS", "Nova Scotia"),
    ("NT", "Northwest Territories"),
    ("NU", "Nunavut"),
    ("ON", "Ontario"),
    ("PE", "Prince Edward Island"),
    ("QC", "Québec"),
    ("QC", "Quebec"),
    ("SK", "Saskatchewan"),
    ("YT", "Yukon"),
];

/// The code of a state, given by its code or its name, in a country given by its ISO 3166-1 alpha-3 code. Only what
/// is known for certain: a text that is no code would have the whole candidate refused.
pub(super) fn code(country: &str, state: &str) -> Option<&'static str> {
    let states: &[(&str, &str)] = match country {
        "USA" => &UNITED_STATES,
        "CAN" => &CANADA,
        _ => return None,
    };
    let letters = |text: &str| -> String {
        text.chars().filter(|it| it.is_alphabetic()).flat_map(char::to_lowercase).collect()
    };
    let wanted = letters(state);
    let is_wanted = |(code, name): &&(&str, &str)| letters(code) == wanted || letters(name) == wanted;
    states.iter().find(is_wanted).map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_known_by_codes_and_names() {
        for (country, state, expected) in [
            ("USA", "CA", "CA"),
            ("USA", "california", "CA"),
            ("USA", " N.Y. ", "NY"),
            ("USA", "New  York", "NY"),
            ("CAN", "Québec", "QC"),
            ("CAN", "Newfoundland and Labrador", "NL"),
        ] {
            assert_eq!(code(country, state), Some(expected), "{state}");
        }
        for (country, state) in
            [("USA", "USA"), ("USA", ""), ("CAN", "CA"), ("FRA", "Bretagne"), ("USA", "Ontario")]
        {
            assert_eq!(code(country, state), None, "{state}");
        }
    }
}
