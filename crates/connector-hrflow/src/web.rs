//! Addresses of pages and files on the web.

use url::Url;

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

/// The address of a page as people write it: `https` may be missing. Its host has a dot inside, and without `https` is a domain:
/// a number is no IP address.
///
/// ```
/// assert_eq!(connector_hrflow::web_page("example.com/ada"), Some("https://example.com/ada".to_owned()));
/// assert_eq!(connector_hrflow::web_page("in/ada"), None);
/// assert_eq!(connector_hrflow::web_page("713392"), None);
/// ```
pub fn web_page(url: &str) -> Option<String> {
    let url = url.filled()?;
    let url = match url.contains("://") {
        true => web_url(url)?,
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
