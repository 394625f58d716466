//! Countries by their codes and by their names in many languages.

use std::{collections::HashMap, sync::LazyLock};

use hrflow_core::text::folded;
use keshvar::{Alpha2, Alpha3, SUPPORTED_ALPHA2_LIST};

/// The languages whose names are known. A name that two countries have is that of the first of them in this order.
const MAJOR: [&str; 38] = [
    "en", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "sk", "hu", "ro", "bg",
    "el", "tr", "ru", "uk", "ar", "zh_CN", "zh_TW", "ja", "ko", "ca", "he", "hi", "th", "vi", "id", "hr",
    "sr", "sl", "lt", "lv", "et",
];
/// Spellings that the lists lack, folded.
const SPELLINGS: &[(&str, Alpha2)] = &[
    ("uk", Alpha2::GB),
    ("england", Alpha2::GB),
    ("scotland", Alpha2::GB),
    ("wales", Alpha2::GB),
    ("northern ireland", Alpha2::GB),
    ("great britain", Alpha2::GB),
    ("britain", Alpha2::GB),
    ("angleterre", Alpha2::GB),
    ("grande bretagne", Alpha2::GB),
    ("grossbritannien", Alpha2::GB),
    ("ecosse", Alpha2::GB),
    ("inglaterra", Alpha2::GB),
    ("gran bretana", Alpha2::GB),
    ("inghilterra", Alpha2::GB),
    ("gran bretagna", Alpha2::GB),
    ("groot brittannie", Alpha2::GB),
    ("engeland", Alpha2::GB),
    ("uae", Alpha2::AE),
    ("emirates", Alpha2::AE),
    ("eau", Alpha2::AE),
    ("us of a", Alpha2::US),
    ("america", Alpha2::US),
    ("etats unis d amerique", Alpha2::US),
    ("eeuu", Alpha2::US),
    ("ee uu", Alpha2::US),
    ("eua", Alpha2::US),
    ("vs", Alpha2::US),
    ("vereinigte staaten von amerika", Alpha2::US),
    ("stati uniti d america", Alpha2::US),
    ("estados unidos de america", Alpha2::US),
    ("estados unidos da america", Alpha2::US),
    ("verenigde staten van amerika", Alpha2::US),
    ("korea", Alpha2::KR),
    ("south korea", Alpha2::KR),
    ("republic of korea", Alpha2::KR),
    ("coree", Alpha2::KR),
    ("north korea", Alpha2::KP),
    ("drc", Alpha2::CD),
    ("rdc", Alpha2::CD),
    ("dr congo", Alpha2::CD),
    ("congo kinshasa", Alpha2::CD),
    ("zaire", Alpha2::CD),
    ("congo", Alpha2::CG),
    ("congo brazzaville", Alpha2::CG),
    ("republic of the congo", Alpha2::CG),
    ("brd", Alpha2::DE),
    ("bundesrepublik deutschland", Alpha2::DE),
    ("rfa", Alpha2::DE),
    ("holland", Alpha2::NL),
    ("hollande", Alpha2::NL),
    ("holanda", Alpha2::NL),
    ("olanda", Alpha2::NL),
    ("czech republic", Alpha2::CZ),
    ("republique tcheque", Alpha2::CZ),
    ("tschechische republik", Alpha2::CZ),
    ("ivory coast", Alpha2::CI),
    ("burma", Alpha2::MM),
    ("birmanie", Alpha2::MM),
    ("macedonia", Alpha2::MK),
    ("swaziland", Alpha2::SZ),
    ("cape verde", Alpha2::CV),
    ("east timor", Alpha2::TL),
    ("palestine", Alpha2::PS),
    ("hong kong", Alpha2::HK),
    ("macau", Alpha2::MO),
    ("taiwan", Alpha2::TW),
    ("vatican", Alpha2::VA),
    ("ksa", Alpha2::SA),
    ("prc", Alpha2::CN),
    ("china", Alpha2::CN),
    ("rsa", Alpha2::ZA),
    ("eire", Alpha2::IE),
    ("republic of ireland", Alpha2::IE),
    ("ireland", Alpha2::IE),
    ("turkey", Alpha2::TR),
    ("turkiye", Alpha2::TR),
    ("russia", Alpha2::RU),
    ("viet nam", Alpha2::VN),
    ("micronesia", Alpha2::FM),
    ("guinea", Alpha2::GN),
    ("schweizerische eidgenossenschaft", Alpha2::CH),
    ("helvetia", Alpha2::CH),
    ("bosnia", Alpha2::BA),
    ("trinidad", Alpha2::TT),
    ("republique francaise", Alpha2::FR),
    ("oesterreich", Alpha2::AT),
    ("tuerkei", Alpha2::TR),
    ("daenemark", Alpha2::DK),
    ("rumaenien", Alpha2::RO),
    ("aegypten", Alpha2::EG),
    ("suedafrika", Alpha2::ZA),
];
/// Words that names begin with or not.
const ARTICLES: [&str; 24] = [
    "the", "la", "le", "les", "l", "el", "los", "las", "il", "lo", "gli", "i", "die", "der", "das", "den",
    "de", "het", "o", "a", "os", "as", "af", "al",
];

/// A country of ISO 3166-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// Its code of two letters.
    pub alpha2: &'static str,
    /// Its code of three letters.
    pub alpha3: &'static str,
}

static CODES: LazyLock<Vec<(Alpha2, [String; 2])>> = LazyLock::new(|| {
    let codes = |it: &Alpha2| (*it, [it.to_string(), Alpha3::from(*it).to_string()]);
    SUPPORTED_ALPHA2_LIST.iter().map(codes).collect()
});

/// Countries by what their names are known by; none for a name that several have.
static NAMES: LazyLock<HashMap<String, Option<Country>>> = LazyLock::new(|| {
    let mut names: HashMap<String, (usize, Option<Country>)> = HashMap::new();
    let mut add = |name: &str, rank: usize, country: Country| {
        for key in keys(name) {
            if key.is_empty() {
                continue;
            }
            let known = names.entry(key).or_insert((rank, Some(country)));
            if rank < known.0 {
                *known = (rank, Some(country));
            } else if rank == known.0 && known.1 != Some(country) {
                known.1 = None;
            }
        }
    };
    for (known, [alpha2, alpha3]) in CODES.iter() {
        let (country, codes) = (known.to_country(), Country { alpha2, alpha3 });
        add(country.iso_short_name(), 1, codes);
        add(country.iso_long_name(), 1, codes);
        for (language, name) in country.translations() {
            if let Some(at) = MAJOR.iter().position(|it| it == language) {
                add(name, 2 + at, codes);
            }
        }
        country.unofficial_name_list().iter().for_each(|name| add(name, 80, codes));
    }
    for (name, alpha2) in SPELLINGS {
        if let Some((_, [alpha2, alpha3])) = CODES.iter().find(|(known, _)| known == alpha2) {
            add(name, 0, Country { alpha2, alpha3 });
        }
    }
    names.into_iter().map(|(name, (_, country))| (name, country)).collect()
});

/// The country that is given by a code of two or three letters, or by its name in one of many languages. Case, accents,
/// space, punctuation and articles do not count. `None` also for a country that ISO 3166-1 does not list, such as Kosovo.
///
/// ```
/// use connector_hrflow::country;
///
/// for text in ["FRA", "fr", " France ", "Frankreich", "La Francia"] {
///     assert_eq!(country(text).map(|it| it.alpha2), Some("FR"));
/// }
/// assert_eq!(country("Atlantis"), None);
/// ```
pub fn country(text: &str) -> Option<Country> {
    let code = text.replace(['.', ' '], "").to_ascii_uppercase();
    by_code(&code).or_else(|| keys(text).find_map(|key| NAMES.get(&key).copied().flatten()))
}

fn by_code(code: &str) -> Option<Country> {
    let found = CODES.iter().find(|(_, [alpha2, alpha3])| alpha2 == code || alpha3 == code);
    found.map(|(_, [alpha2, alpha3])| Country { alpha2, alpha3 })
}

/// What a name is known by: its letters, folded; with its article and without.
fn keys(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<String> = folded(text)
        .replace('&', " and ")
        .replace('.', "")
        .split(|it: char| !it.is_alphabetic() && !is_mark(it))
        .filter(|it| !it.is_empty())
        .map(|it| match it {
            "st" | "ste" | "sankt" => "saint".to_owned(),
            it => it.to_owned(),
        })
        .collect();
    let has_article = words.len() > 1 && ARTICLES.contains(&words[0].as_str());
    let bare = has_article.then(|| words[1..].concat());
    [Some(words.concat()), bare].into_iter().flatten()
}
fn is_mark(it: char) -> bool {
    it == '\u{200c}' || it == '\u{200d}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_codes_and_by_names_in_many_languages() {
        let mut wrong = Vec::new();
        for (code, names) in [
            (
                "FR",
                "FRA,fr,France,Frankreich,Francia,França,Frankrijk,Frankrike,Francja,Франция,法国,フランス,La France,République française,République Française",
            ),
            ("BE", "Belgique,België,Belgien,Bélgica,Belgio,Belgium,BEL"),
            (
                "DE",
                "Deutschland,Allemagne,Alemania,Germania,Alemanha,Duitsland,Germany,Bundesrepublik Deutschland,Tyskland,Niemcy",
            ),
            ("CH", "Suisse,Schweiz,Svizzera,Suiza,Suíça,Zwitserland,Switzerland,die Schweiz,Die Schweiz"),
            ("ES", "España,Espagne,Spanien,Spagna,Espanha,Spanje,espana"),
            ("IT", "Italia,Italie,Italien,Itália,Italië,Italy"),
            ("MA", "Maroc,Marokko,Marruecos,Marocco,Marrocos,Morocco,المغرب"),
            (
                "GB",
                "Royaume-Uni,UK,U.K.,England,Great Britain,United Kingdom,Vereinigtes Königreich,Reino Unido,Regno Unito,Verenigd Koninkrijk,Angleterre,Scotland,GBR,the United Kingdom,Grande-Bretagne,Großbritannien",
            ),
            (
                "US",
                "USA,U.S.A.,U.S.,US,the United States,United States of America,États-Unis,Etats Unis,Vereinigte Staaten,Estados Unidos,Stati Uniti,Verenigde Staten,EE.UU.,EE. UU.,États-Unis d'Amérique,America",
            ),
            (
                "NL",
                "Netherlands,The Netherlands,Pays-Bas,Les Pays-Bas,Niederlande,Países Bajos,Paesi Bassi,Nederland,Holland,Hollande",
            ),
            ("BA", "Bosnia & Herzegovina,Bosnia and Herzegovina,Bosnie-Herzégovine,Bosnien und Herzegowina"),
            ("CI", "Cote d'Ivoire,Côte d’Ivoire,Ivory Coast,Elfenbeinküste"),
            ("TR", "Türkiye,Turkey,Turquie,Türkei"),
            ("KR", "Republic of Korea,Korea,South Korea,Corée du Sud,Südkorea,Korea (Republic of)"),
            ("VN", "viet nam,Vietnam,Việt Nam"),
            ("CD", "DRC,RDC,République démocratique du Congo,Democratic Republic of the Congo,Congo (DRC)"),
            ("CG", "Congo,Republic of the Congo"),
            ("CZ", "Czech Republic,Czechia,République tchèque,Tschechien,Česko,Tchéquie"),
            ("RU", "Russia,Russian Federation,Russie,Россия,Russland"),
            ("TN", "Tunisie,Tunesien,Tunisia,تونس"),
            ("DZ", "Algérie,Algerien,Algeria,Argelia"),
            ("SN", "Sénégal,Senegal"),
            ("LU", "Luxembourg,Luxemburg"),
            ("AT", "Österreich,Autriche,Austria,Oesterreich"),
            ("PT", "Portugal,Portogallo"),
            ("PL", "Polska,Pologne,Polen,Poland,Polonia"),
            ("RO", "România,Roumanie,Rumänien"),
            ("GR", "Grèce,Griechenland,Greece,Ελλάδα"),
            ("IE", "Ireland,Irlande,Irland,Éire,Republic of Ireland"),
            ("CN", "Chine,China,中国,PRC"),
            ("JP", "Japon,Japan,日本"),
            ("IN", "Inde,India,Indien,भारत"),
            ("BR", "Brasil,Brésil,Brazil,Brasilien"),
            ("MX", "México,Mexique,Mexiko"),
            ("CA", "Canada,Kanada,Canadá"),
            ("AE", "UAE,Émirats arabes unis,United Arab Emirates,U.A.E."),
            ("SA", "Arabie saoudite,Saudi Arabia,KSA"),
            ("IL", "Israël,Israel"),
            ("LB", "Liban,Lebanon"),
            ("CM", "Cameroun,Cameroon,Kamerun"),
            ("MG", "Madagascar"),
            ("LC", "St. Lucia,Saint Lucia,Sainte-Lucie"),
            ("GE", "Georgia,Géorgie"),
            ("NE", "Niger"),
            ("NG", "Nigeria,Nigéria"),
            ("GN", "Guinea,Guinée"),
            ("GQ", "Equatorial Guinea,Guinée équatoriale"),
            ("SE", "Sverige,Suède,Schweden,Sweden"),
            ("NO", "Norge,Norvège,Norway"),
            ("DK", "Danmark,Danemark,Denmark"),
            ("FI", "Suomi,Finlande,Finland"),
            ("HU", "Magyarország,Hongrie,Ungarn"),
            ("UA", "Україна,Ukraine"),
            ("SY", "Syria,Syrie"),
            ("IR", "Iran"),
            ("LA", "Laos"),
            ("TZ", "Tanzania"),
            ("VE", "Venezuela"),
            ("BO", "Bolivia"),
            ("MD", "Moldova,Moldavie"),
            ("HK", "Hong Kong,Hongkong"),
            ("TW", "Taiwan"),
            ("RE", "La Réunion,Réunion"),
            ("GP", "Guadeloupe"),
            ("SV", "El Salvador,Salvador"),
            ("MK", "Macedonia,North Macedonia"),
            ("VA", "Vatican"),
        ] {
            for name in names.split(',') {
                let found = country(name).map(|it| it.alpha2);
                if found != Some(code) {
                    wrong.push(format!("{name}: {found:?}, not {code}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        let alpha3 = |text| country(text).map(|it| it.alpha3);
        assert_eq!(
            (alpha3("us"), alpha3("UK"), alpha3("Deutschland")),
            (Some("USA"), Some("GBR"), Some("DEU"))
        );
    }

    #[test]
    fn what_iso_3166_does_not_list_is_no_country() {
        for name in [
            "",
            " ",
            "Kosovo",
            "XK",
            "XKX",
            "Atlantis",
            "Ile-de-France",
            "Texas",
            "840",
            "x",
            "n/a",
            "EU",
            "\u{0}",
        ] {
            assert_eq!(country(name), None, "{name}");
        }
    }
}
