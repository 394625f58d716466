//! From an HrFlow.ai profile to a UKG Pro candidate. Pure: only the profile counts.

mod career;
mod documents;
mod states;

use std::collections::HashSet;

use connector_hrflow::{
    Filled, Info, Location, Profile, Url, location::country_code_alpha3, plain, timestamp, web_page, web_url,
};
use hrflow_core::{Error, ErrorKind, Result};

use crate::{
    candidate::{Address, Candidate, Code, ContactInfo, Hyperlink, Name, Phone, Provider, limit},
    fit::Fit,
};

/// The default format: everything that UKG Pro has a place for, within its limits.
///
/// What depends on the time of sending, on parameters or on the tenant's own lists is for the target: months too
/// long ago or too far ahead, the levels of skills, languages and the summary. Birth date, gender and interests have
/// no place in a candidate and are left out.
///
/// # Errors
///
/// [`ErrorKind::Invalid`] for a profile without a first name, a last name or a usable e-mail address, all of which
/// UKG Pro requires.
pub fn format_hrflow_profile(profile: &Profile) -> Result<Candidate> {
    let mut fit = Fit::default();
    let candidate = Candidate {
        name: name(&profile.info, &mut fit)?,
        contact_info: contact_info(&profile.info, &mut fit)?,
        created_at: profile.created_at.as_deref().and_then(timestamp).map(|it| format!("{it:.3}")),
        hyperlinks: hyperlinks(&profile.info),
        workexperience: career::workexperience(profile, &mut fit),
        education: career::education(profile, &mut fit),
        licenses: career::licenses(profile, &mut fit),
        skills: career::skills(profile, &mut fit),
        provider: Some(Provider {
            id: None,
            name: "HrFlow.ai".to_owned(),
            r#type: "ThirdPartyIntegration".to_owned(),
            method: "CandidateImport".to_owned(),
        }),
        attachments: documents::attachments(profile),
        languages: career::languages(profile, &mut fit),
        summary: profile.info.summary.as_deref().and_then(|it| fit.prose("summary", it, limit::COMMENT)),
        ..Candidate::default()
    };
    Ok(Candidate { warnings: fit.into_warnings(), ..candidate })
}

fn name(info: &Info, fit: &mut Fit) -> Result<Name> {
    let (first, last) = info.names();
    let first = fit.line("name.first", &first, limit::NAME);
    let last = fit.line("name.last", &last, limit::NAME);
    match (first, last) {
        (None, _) => Err(required("first name")),
        (_, None) => Err(required("last name")),
        (first, last) => Ok(Name { first, last, ..Name::default() }),
    }
}

fn required(what: &str) -> Error {
    let message = format!("the profile has no {what}, and UKG Pro takes nobody without one");
    Error::new(ErrorKind::Invalid, message).advise("Complete the profile, or fill it in with a format.")
}

fn contact_info(info: &Info, fit: &mut Fit) -> Result<ContactInfo> {
    let email = info.email().ok_or_else(|| required("usable e-mail address"))?;
    let phone = plain(&info.phone).and_then(|it| phone(&it, fit));
    let phone = phone.map(|primary| Phone { primary: Some(primary), secondary: None });
    let address = Some(address(&info.location, fit)).filter(|it| *it != Address::default());
    Ok(ContactInfo { email: Some(email), phone, address, ..ContactInfo::default() })
}

/// A number that is too long is sent without the words around it, else without what only makes it easier to read.
fn phone(text: &str, fit: &mut Fit) -> Option<String> {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let words_aside = text.split(char::is_alphabetic).max_by_key(|part| digits(part).len());
    let number = words_aside.unwrap_or_default().trim_matches(|it| !"+()0123456789".contains(it));
    let plus = if number.starts_with('+') { "+" } else { "" };
    let bare = format!("{plus}{}", digits(number));
    let fits = |text: &str| !digits(text).is_empty() && text.chars().count() <= limit::PHONE;
    let phone = [text, number, &bare].into_iter().find(|it| fits(it));
    if phone.is_none() {
        fit.leave_out("contact_info.phone.primary", format_args!("Longer than {} characters", limit::PHONE));
    }
    phone.map(str::to_owned)
}

fn address(location: &Location, fit: &mut Fit) -> Address {
    let fields = &location.fields;
    let street = [plain(&fields.house_number), plain(&fields.road)];
    let line1 = match street {
        [number, Some(road)] => number.into_iter().chain([road]).collect::<Vec<_>>().join(" "),
        _ => location.line().unwrap_or_default().to_owned(),
    };
    let mut line =
        |member, text: &str| fit.line(format_args!("contact_info.address.{member}"), &text, limit::ADDRESS);
    let country = fields.country.filled().and_then(country_code_alpha3);
    let state = country.zip(fields.state.filled()).and_then(|(country, it)| states::code(country, it));
    Address {
        line1: line("line1", &line1),
        city: line("city", fields.city.as_deref().unwrap_or_default()),
        postal_code: plain(&fields.postcode).filter(|it| limit::POSTAL_CODE.contains(&it.chars().count())),
        state: state.map(code),
        country: country.map(code),
        ..Address::default()
    }
}

fn code(code: &str) -> Code {
    Code { code: code.to_owned() }
}

/// The pages, each once, and the picture. A page of a known type bears its name.
fn hyperlinks(info: &Info) -> Vec<Hyperlink> {
    let pages = info.urls.iter().flat_map(|url| url.links().map(|link| (site(url), web_page(link))));
    let picture = info.picture.as_deref().and_then(web_url);
    let mut seen = HashSet::new();
    let mut number = 0;
    let mut hyperlinks = Vec::new();
    for (name, url) in pages.chain([(Some("Picture"), picture)]) {
        let Some(url) = url.filter(|url| seen.insert(url.clone())) else { continue };
        let name = name.map(str::to_owned).unwrap_or_else(|| {
            number += 1;
            format!("Link {number}")
        });
        hyperlinks.push(Hyperlink { name, url });
    }
    hyperlinks
}

/// The name of the site that a URL says it is of.
fn site(url: &Url) -> Option<&'static str> {
    let sites = ["LinkedIn", "GitHub", "Twitter", "Facebook"];
    let r#type = url.r#type.filled()?;
    sites.into_iter().find(|site| site.eq_ignore_ascii_case(r#type))
}
