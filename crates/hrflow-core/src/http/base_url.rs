//! The base address of all requests of a client.

use std::{fmt, net::IpAddr};

use url::{Host, Url};

use crate::error::{Error, ErrorKind, Result};

/// The base address of a vendor's API: https, or http on this machine, with an optional path prefix.
///
/// The path always ends with one slash, so that joining keeps the prefix. The address has no credentials, query or
/// fragment.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
    host: String,
    field: &'static str,
}

impl BaseUrl {
    /// Parses the value of the parameter `field`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] that names the field, never the value. The value must be an absolute URL without
    /// credentials, query and fragment. Its scheme must be https, or http for 127.0.0.0/8, `::1` or `localhost`.
    pub fn parse(value: &str, field: &'static str) -> Result<Self> {
        let refuse = |why: &str| {
            Error::new(ErrorKind::Config, format!("{field} {why}"))
                .with("field", field)
                .advise("Give an address such as https://api.example.com/v1.")
        };
        let mut url = Url::parse(value.trim()).map_err(|_| refuse("is not an absolute URL"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(refuse("is not an https URL"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("must not hold a user name or a password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("must not hold a query or a fragment"));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(refuse("must be https: http is for this machine only"));
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self { host: host_of(&url), url, field })
    }

    /// Returns the address of `path`, which is relative to the prefix even with a leading slash. It may have a query.
    /// Pass values of items or vendors through [`segment`] first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`] if the path could leave the prefix: a `.` or `..` segment, a backslash, a fragment or a
    /// control character.
    pub fn join(&self, path: &str) -> Result<Url> {
        let refuse = |why| Error::new(ErrorKind::Internal, format!("a path to {} {why}", self.host()));
        if path.contains(|c: char| c == '\\' || c == '#' || c.is_control()) {
            return Err(refuse("holds a character that a path cannot hold"));
        }
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let is_dots =
            |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
        if path.split('/').any(is_dots) {
            return Err(refuse("holds a `.` or `..` segment"));
        }
        let mut url = self.url.clone();
        url.set_path(&format!("{}{}", self.url.path(), path.trim_start_matches('/')));
        url.set_query(query);
        Ok(url)
    }

    /// Returns the base address extended by `path`, such as a tenant's.
    ///
    /// # Errors
    ///
    /// The errors of [`join`](Self::join).
    pub fn below(&self, path: &str) -> Result<Self> {
        let mut url = self.join(path)?;
        url.set_query(None);
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self { url, host: self.host.clone(), field: self.field })
    }

    /// Checks a base address that the vendor returned, such as that of an account's region. Credentials are sent to it
    /// only if one of these is true:
    ///
    /// - Both addresses are https at or below `domain`, the vendor's own domain.
    /// - Both addresses are on this machine.
    /// - It has the scheme, host and port of this address.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] that names the host and no other part of the address.
    pub fn handed(&self, value: &str, domain: &str) -> Result<Self> {
        let at_vendor = |it: &Self| {
            let host = it.url.host_str().unwrap_or_default().trim_end_matches('.');
            it.url.scheme() == "https"
                && (host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
        };
        let handed = Self::parse(value, self.field).map_err(|error| {
            Error::new(ErrorKind::Protocol, "the vendor handed us no address").with_source(error)
        })?;
        let allowed = if self.is_loopback() {
            handed.is_loopback()
        } else {
            (at_vendor(self) && at_vendor(&handed)) || self.same_origin(&handed.url)
        };
        if allowed {
            return Ok(handed);
        }
        let message = format!(
            "{} sends us on to {}, and credentials stay where they belong",
            self.host(),
            handed.host()
        );
        Err(Error::new(ErrorKind::Protocol, message))
    }

    /// Whether `url` has the scheme, host and port of this address.
    pub fn same_origin(&self, url: &Url) -> bool {
        self.url.origin() == url.origin()
    }

    /// Returns the host, with the port if it is not the scheme's default.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the address is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Returns the address as a URL.
    pub fn as_url(&self) -> &Url {
        &self.url
    }

    /// Returns the name of the parameter of this address.
    pub(super) fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.url, f)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({})", self.url)
    }
}

/// Encodes a value as one path segment. All characters except letters, digits, `-`, `_` and `~` are percent-encoded.
/// Dots are too if the value consists only of dots.
///
/// A value of an item or vendor can therefore not add segments or a query.
pub fn segment(value: &str) -> String {
    let dots = !value.is_empty() && value.bytes().all(|byte| byte == b'.');
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => text.push(char::from(byte)),
            b'.' if !dots => text.push('.'),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// Returns the host of `url`, with the port if it is not the scheme's default.
pub(super) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether `url` is on this machine: 127.0.0.0/8, `::1` or `localhost`.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(value: &str) -> BaseUrl {
        BaseUrl::parse(value, "api_url").unwrap()
    }

    #[test]
    fn the_prefix_keeps_exactly_one_slash() {
        for value in ["https://h.example/v1", "https://h.example/v1/", " https://h.example/v1// "] {
            assert_eq!(base(value).to_string(), "https://h.example/v1/");
        }
        assert_eq!(base("https://h.example").to_string(), "https://h.example/");
    }

    #[test]
    fn http_is_for_this_machine_only() {
        for value in [
            "http://127.0.0.1:81",
            "http://127.9.9.9/",
            "http://[::1]:9",
            "http://localhost",
            "http://LOCALHOST:1",
        ] {
            assert!(base(value).is_loopback(), "{value}");
        }
        for value in [
            "http://h.example",
            "http://10.0.0.1",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "http://[::ffff:127.0.0.1]",
            "ftp://localhost",
            "file:///etc/passwd",
            "data:text/plain,x",
        ] {
            assert!(BaseUrl::parse(value, "api_url").is_err(), "{value}");
        }
    }

    #[test]
    fn refusals_name_the_field_and_never_the_value() {
        for value in [
            "hush-hush",
            "/hush-hush",
            "https://user:hush-hush@h.example",
            "https://hush-hush@h.example",
            "https://h.example/?key=hush-hush",
            "https://h.example/#hush-hush",
            "http://hush-hush.example/",
        ] {
            let error = BaseUrl::parse(value, "api_url").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert_eq!(error.context("field"), Some("api_url"));
            assert!(!format!("{error} {error:?}").contains("hush-hush"), "{error:?}");
        }
    }

    #[test]
    fn joining_stays_below_the_prefix() {
        let base = base("https://h.example/v1");
        assert_eq!(base.join("a/b").unwrap().as_str(), "https://h.example/v1/a/b");
        assert_eq!(base.join("/a?x=1&y=%20").unwrap().as_str(), "https://h.example/v1/a?x=1&y=%20");
        assert_eq!(base.join("").unwrap().as_str(), "https://h.example/v1/");
        assert_eq!(base.join("//evil.example/a").unwrap().as_str(), "https://h.example/v1/evil.example/a");
        assert_eq!(base.join("https://evil.example").unwrap().host_str(), Some("h.example"));
        for path in ["../a", "a/../../b", "a/%2e%2E/b", "a/.%2e", "a\\b", "a#b", "a\tb", "./a"] {
            assert!(base.join(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_value_is_one_segment() {
        let base = base("https://h.example/v1");
        assert_eq!(segment("a b/ü?#%"), "a%20b%2F%C3%BC%3F%23%25");
        assert_eq!(segment("v1.2"), "v1.2");
        let url = base.join(&format!("candidates/{}", segment("1/2?x"))).unwrap();
        assert_eq!(url.as_str(), "https://h.example/v1/candidates/1%2F2%3Fx");
        assert!(base.join(&format!("candidates/{}", segment(".."))).is_err());
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let base = base("https://h.example/v1");
        let same = |url: &str| base.same_origin(&Url::parse(url).unwrap());
        assert!(same("https://h.example/other"));
        assert!(same("https://H.example:443/v1"));
        assert!(!same("https://h.example:444/"));
        assert!(!same("http://h.example/"));
        assert!(!same("https://h.example.evil/"));
    }

    #[test]
    fn a_base_that_is_handed_to_us_stays_with_the_vendor() {
        let handed = |from: &str, to: &str| base(from).handed(to, "vendor.example").map(|it| it.to_string());
        let id = "https://id.vendor.example";
        for (from, to) in [
            (id, "https://eu2api.vendor.example/v2/"),
            (id, "https://vendor.example/"),
            (id, "https://id.vendor.example/v2/"),
            ("http://127.0.0.1:81", "http://127.0.0.1:82/v2/"),
            ("http://localhost:81", "http://[::1]:82/"),
            ("https://gateway.example.org:8443", "https://gateway.example.org:8443/api/"),
        ] {
            assert_eq!(handed(from, to).unwrap(), to);
        }
        for (from, to) in [
            (id, "https://evilvendor.example/hush"),
            (id, "https://vendor.example.org/hush"),
            (id, "https://vendor.example.evil.example/hush"),
            (id, "http://eu2api.vendor.example/hush"),
            (id, "http://127.0.0.1:82/hush"),
            (id, "https://hush@api.vendor.example"),
            (id, "hush"),
            (id, ""),
            ("http://127.0.0.1:81", "https://api.vendor.example/hush"),
            ("https://gateway.example.org", "https://api.vendor.example/hush"),
            ("https://gateway.example.org", "https://other.example.org/hush"),
        ] {
            let error = base(from).handed(to, "vendor.example").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol, "{from} {to}");
            assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        }
    }

    #[test]
    fn a_base_below_another() {
        let below = base("https://h.example/x").below("tenant/api").unwrap();
        assert_eq!(below.to_string(), "https://h.example/x/tenant/api/");
    }
}
