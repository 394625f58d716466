//! From an HrFlow.ai profile to a UKG Pro candidate. Pure: only the profile counts.

mod career;
mod documents;
mod states;

use std::collections::HashSet;

use connector_hrflow::{
    Filled, Info, Location, Phone as Number, Profile, Url, line, plain, timestamp,
    warn_of_control_characters, web_page,
};
use hrflow_core::{Error, ErrorKind, Result, text::length};

use crate::{
    candidate::{Address, Candidate, Code, ContactInfo, Hyperlink, Name, Phone, Provider, limit},
    fit::{Fit, lines},
    mapping::MAPPING,
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
        hyperlinks: hyperlinks(&profile.info, &mut fit),
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
        attachments: documents::attachments(profile, &mut fit),
        languages: career::languages(profile, &mut fit),
        summary: lines(&profile.info.summary).map(|it| fit.lines("summary", it, limit::COMMENT)),
        ..Candidate::default()
    };
    warn_of_control_characters(profile, MAPPING, &mut fit.warnings);
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
    let email = info.email(&mut fit.warnings)?.ok_or_else(|| required("usable e-mail address"))?;
    let phone = info.phone(&mut fit.warnings).and_then(|it| phone(&it, fit));
    let phone = phone.map(|primary| Phone { primary: Some(primary), secondary: None });
    let address = Some(address(&info.location, fit)).filter(|it| *it != Address::default());
    Ok(ContactInfo { email: Some(email), phone, address, ..ContactInfo::default() })
}

/// A number that is too long is sent without its extension, else without what only makes it easier to read.
fn phone(phone: &Number, fit: &mut Fit) -> Option<String> {
    let fits = |it: &String| length(it) <= limit::PHONE;
    if let Some(whole) = Some(phone.with_extension()).filter(fits) {
        return Some(whole);
    }
    let number = [phone.number.clone(), phone.digits()].into_iter().find(fits);
    let member = "contact_info.phone.primary";
    match (&number, &phone.extension) {
        (None, _) => fit.leave_out(member, format_args!("Longer than {} characters", limit::PHONE)),
        (Some(_), Some(_)) => fit.warnings.add(
            member,
            format_args!(
                "Sent without its extension, with which it is longer than {} characters",
                limit::PHONE
            ),
        ),
        (Some(_), None) => {}
    }
    number
}

fn address(location: &Location, fit: &mut Fit) -> Address {
    let fields = &location.fields;
    let street = [plain(&fields.house_number), plain(&fields.road)];
    let line1 = match street {
        [number, Some(road)] => line(&number.into_iter().chain([road]).collect::<Vec<_>>().join(" ")),
        _ => plain(&location.line()),
    };
    let country = fields.country("info.location.fields", &mut fit.warnings).map(|it| it.alpha3);
    let state = country.zip(plain(&fields.state)).and_then(|(country, it)| states::code(country, &it));
    if state.is_none() && plain(&fields.state).is_some() {
        fit.leave_out(
            "info.location.fields.state",
            "UKG Pro requires a code, which is known for states of the USA and Canada only",
        );
    }
    let postal_code = plain(&fields.postcode);
    let fitting = postal_code.clone().filter(|it| limit::POSTAL_CODE.contains(&length(it)));
    if fitting.is_none() && postal_code.is_some() {
        fit.leave_out("contact_info.address.postal_code", "Not of 3 to 50 characters");
    }
    let mut part = |member, text: &Option<String>| {
        let text = text.as_ref()?;
        Some(fit.warnings.cut(format_args!("contact_info.address.{member}"), text, limit::ADDRESS))
    };
    Address {
        line1: part("line1", &line1),
        city: part("city", &plain(&fields.city)),
        postal_code: fitting,
        state: state.map(code),
        country: country.map(code),
        ..Address::default()
    }
}

fn code(code: &str) -> Code {
    Code { code: code.to_owned() }
}

/// The pages, each once, and the picture. A page of a known type bears its name.
fn hyperlinks(info: &Info, fit: &mut Fit) -> Vec<Hyperlink> {
    info.warn_of_unsent_urls(&[], |_| true, "", &mut fit.warnings);
    let pages = info.urls.iter().flat_map(|url| url.links().map(|link| (site(url), web_page(link))));
    let picture = info.picture(&mut fit.warnings);
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
