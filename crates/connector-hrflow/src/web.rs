//! Addresses of pages and files on the web.

use url::{Host, Url};

use crate::Filled;

/// An http(s) URL that names no user, in its normal form.
///
/// ```
/// assert_eq!(connector_hrflow::web_url(" HTTPS://Example.com/a b "), Some("https://example.com/a%20b".to_owned()));
/// assert_eq!(connector_hrflow::web_url("file:///etc/passwd"), None);
/// ```
pub fn web_url(url: &str) -> Option<String> {
    let url = Url::parse(url.filled()?).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && url.username().is_empty() && url.password().is_none()).then(|| url.into())
}

/// The address of a page, whose `https` may be missing. Its host has a dot inside. It is a domain, or an IP address that is
/// written out after `http` or `https`: a number is no address.
///
/// ```
/// assert_eq!(connector_hrflow::web_page("example.com/ada"), Some("https://example.com/ada".to_owned()));
/// assert_eq!(connector_hrflow::web_page("in/ada"), None);
/// assert_eq!(connector_hrflow::web_page("713392"), None);
/// assert_eq!(connector_hrflow::web_page("http://06"), None);
/// assert_eq!(connector_hrflow::web_page("http://192.0.2.1"), Some("http://192.0.2.1/".to_owned()));
/// ```
pub fn web_page(url: &str) -> Option<String> {
    let url = url.filled()?;
    let url = match url.contains("://") {
        true => {
            let page = web_url(url)?;
            match Url::parse(&page).ok()?.host()? {
                Host::Ipv4(address) if !url.contains(&address.to_string()) => return None,
                _ => page,
            }
        }
        false => {
            let url = web_url(&format!("https://{}", url.trim_start_matches('/')))?;
            Url::parse(&url).ok()?.domain()?;
            url
        }
    };
    let host = url.split('/').nth(2)?;
    let (name, top) = host.rsplit_once('.')?;
    (!name.is_empty() && !top.is_empty()).then_some(url)
}
