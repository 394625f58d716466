//! A person with their experiences, as rows of AD-MEN's tables.

use connector_hrflow::{Filled, email};
use hrflow_core::{Attachment, TargetItem, Warning, parameters::Fault};
use jiff::civil::{Date, DateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::schema::PROTECTED;

/// A person: a row of `PERSONNES` under the names of its columns, with the rows of `EXPERIENCES_PROFESSIONNELLES` that
/// belong to it. Any other column of the tables may be there too; its value is converted to the column's type.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Family name. The table may want it to be filled.
    #[serde(rename = "NOM", default, skip_serializing_if = "Option::is_none")]
    pub nom: Option<String>,
    /// Given name.
    #[serde(rename = "PRENOM", default, skip_serializing_if = "Option::is_none")]
    pub prenom: Option<String>,
    /// Private e-mail address: what a person is known by.
    #[serde(rename = "EMAIL_PERSO", default, skip_serializing_if = "Option::is_none")]
    pub email_perso: Option<String>,
    /// Mobile phone number.
    #[serde(rename = "TEL_MOBILE", default, skip_serializing_if = "Option::is_none")]
    pub tel_mobile: Option<String>,
    /// Birth date.
    #[serde(rename = "DATE_NAISSANCE", default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date_naissance: Option<Date>,
    /// Address in one line.
    #[serde(rename = "ADRESSE", default, skip_serializing_if = "Option::is_none")]
    pub adresse: Option<String>,
    /// Postal code.
    #[serde(rename = "CODE_POSTAL", default, skip_serializing_if = "Option::is_none")]
    pub code_postal: Option<String>,
    /// City.
    #[serde(rename = "VILLE", default, skip_serializing_if = "Option::is_none")]
    pub ville: Option<String>,
    /// State or region.
    #[serde(rename = "AREA", default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Country.
    #[serde(rename = "PAYS", default, skip_serializing_if = "Option::is_none")]
    pub pays: Option<String>,
    /// Page at LinkedIn.
    #[serde(rename = "LINKEDINPUBLICPROFIL", default, skip_serializing_if = "Option::is_none")]
    pub linkedinpublicprofil: Option<String>,
    /// Page at Viadeo.
    #[serde(rename = "VIADEOPUBLICPROFIL", default, skip_serializing_if = "Option::is_none")]
    pub viadeopublicprofil: Option<String>,
    /// Page at Twitter.
    #[serde(rename = "TWITTERPAGE", default, skip_serializing_if = "Option::is_none")]
    pub twitterpage: Option<String>,
    /// Page at Facebook.
    #[serde(rename = "FACEBOOKPAGE", default, skip_serializing_if = "Option::is_none")]
    pub facebookpage: Option<String>,
    /// When the person came to be. Never changed by an update.
    #[serde(rename = "DATE_CREATION", default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date_creation: Option<Date>,
    /// When the person changed last, in UTC.
    #[serde(rename = "DATE_MAJ", default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date_maj: Option<DateTime>,
    /// Any other column of `PERSONNES`.
    #[serde(flatten)]
    pub other: Map<String, Value>,

    /// What they did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub experiences: Vec<Experience>,
    /// What the format dropped, cut or replaced. No column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// A row of `EXPERIENCES_PROFESSIONNELLES`, under the names of its columns.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Experience {
    /// Job title.
    #[serde(rename = "INTITULE_POSTE", default, skip_serializing_if = "Option::is_none")]
    pub intitule_poste: Option<String>,
    /// Position held; the title once more.
    #[serde(rename = "POSTE_OCCUPE", default, skip_serializing_if = "Option::is_none")]
    pub poste_occupe: Option<String>,
    /// Employer.
    #[serde(rename = "RAISON_SOCIALE", default, skip_serializing_if = "Option::is_none")]
    pub raison_sociale: Option<String>,
    /// Where.
    #[serde(rename = "DEPARTMENT", default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// First day.
    #[serde(rename = "DATE_EXP", default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date_exp: Option<Date>,
    /// Last day.
    #[serde(rename = "DATE_FIN", default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date_fin: Option<Date>,
    /// 1 for what goes on, else 0.
    #[serde(rename = "EN_COURS", default, skip_serializing_if = "Option::is_none")]
    pub en_cours: Option<u8>,
    /// What it was about.
    #[serde(rename = "COMMENTAIRES", default, skip_serializing_if = "Option::is_none")]
    pub commentaires: Option<String>,
    /// Any other column.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The members of a [`Person`] that are no columns.
pub(crate) const OWN: [&str; 3] = ["experiences", "warnings", "attachments"];

impl Person {
    /// The e-mail address, as addresses are compared: the private one, else that for work, which a format of the user's
    /// own may fill in its place.
    pub(crate) fn email(&self) -> Option<String> {
        let work = self.other.get("EMAIL").and_then(Value::as_str);
        [self.email_perso.clone(), work.map(str::to_owned)].iter().find_map(email::normal)
    }
}

/// An email address as it is compared, in its normal form where it has one: what is in the tables may be no address.
pub(crate) fn normalised(address: &str) -> Option<String> {
    let address = address.to_owned();
    let written = Some(address.trim().to_lowercase()).filter(|address| !address.is_empty());
    email::normal(&Some(address)).or(written)
}

impl TargetItem for Person {
    // When HrFlow touched the profile last says nothing about what is in it.
    const VOLATILE: &'static [&'static str] = &["/DATE_MAJ"];

    fn attachments(&self) -> &[Attachment] {
        &[]
    }

    fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn is_anonymous(&self) -> bool {
        let known = [&self.nom, &self.prenom, &self.tel_mobile];
        self.email().is_none() && known.into_iter().all(|text| text.filled().is_none())
    }

    // How wide the columns are is the database's to tell.
    fn violations(&self) -> Vec<Fault> {
        let taken = |table: &str, row: &Map<String, Value>| {
            let protected = row.keys().filter(|name| PROTECTED.contains(&name.as_str()));
            protected.map(|name| format!("{table}{name}")).collect::<Vec<_>>()
        };
        let experiences = self.experiences.iter().enumerate();
        let of_experiences =
            experiences.flat_map(|(at, row)| taken(&format!("experiences[{at}]."), &row.other));
        let faults = taken("", &self.other).into_iter().chain(of_experiences);
        let work = self.other.get("EMAIL").and_then(Value::as_str).map(str::to_owned);
        let emails = [("EMAIL_PERSO", &self.email_perso), ("EMAIL", &work)];
        let emails = emails.into_iter().filter_map(|(path, it)| email::fault(path, it));
        faults
            .map(|name| Fault::rule(name, "is not for an item to write: take it out of the format"))
            .chain(emails)
            .collect()
    }
}
