//! The proxy in the environment.

use std::{env, ffi::OsString};

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::error::{Error, ErrorKind, Result};

/// Checks the environment variables of proxies. The HTTP library ignores unusable values and would connect directly.
///
/// # Errors
///
/// [`ErrorKind::Config`] that names the variable, never its value, which can contain a password.
pub(super) fn check() -> Result<()> {
    check_in(|name| env::var_os(name))
}

fn check_in(variable: impl Fn(&str) -> Option<OsString>) -> Result<()> {
    // A CGI program gets its client's header `Proxy` as HTTP_PROXY. The library then ignores all variables.
    if variable("REQUEST_METHOD").is_some() {
        return Ok(());
    }
    // As in the library: upper case first, and an empty value counts as unset.
    let named = |names: [&'static str; 2]| {
        let (name, value) = names.into_iter().find_map(|name| variable(name).map(|value| (name, value)))?;
        (!value.is_empty()).then_some((name, value))
    };
    let https = named(["HTTPS_PROXY", "https_proxy"]).or_else(|| named(["ALL_PROXY", "all_proxy"]));
    let http = named(["HTTP_PROXY", "http_proxy"]);
    for (name, value) in https.into_iter().chain(http) {
        if let Some(reason) = fault_in(&value) {
            return Err(Error::new(
                ErrorKind::Config,
                format!("the proxy in {name} cannot be used: {reason}"),
            )
            .advise(format!("Set {name} to a URL such as http://proxy.example.com:3128, or unset it.")));
        }
    }
    Ok(())
}

fn fault_in(value: &OsString) -> Option<&'static str> {
    let Some(value) = value.to_str() else { return Some("it is not text in UTF-8") };
    if let Some((scheme, _)) = value.split_once("://") {
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => {}
            "socks4" | "socks4a" | "socks5" | "socks5h" => return Some("SOCKS proxies are not supported"),
            _ => return Some("its scheme is neither http nor https"),
        }
    }
    // The library's reading of the value.
    let read = Matcher::builder().https(value).build();
    let target = "https://example.com/".parse().ok()?;
    let Some(proxy) = read.intercept(&target) else { return Some("it is not a URL") };
    match Url::parse(&proxy.uri().to_string()) {
        Ok(url) if url.has_host() => None,
        Ok(_) => Some("it names no host"),
        Err(url::ParseError::InvalidPort) => Some("its port is not a number up to 65535"),
        Err(_) => Some("it names no valid host"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)]) -> Result<()> {
        check_in(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_an_error_that_names_the_variable_only() {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"] {
            for value in [
                "http://[::bad",
                "http://hush:hush@[::bad",
                "foo bar",
                "http://hush:hu sh@proxy.example.com:3128",
                " http://proxy.example.com",
                "http://",
                "http://:3128",
                "http://hush@:3128",
                "http://proxy.example.com:99999",
                "http://proxy.example.com:hush",
                "proxy.example.com:99999",
                "socks5://hush:hush@proxy.example.com:1080",
                "ftp://proxy.example.com",
                "hush://proxy.example.com",
                "http:/proxy.example.com",
                "/proxy",
                " ",
                "\n",
            ] {
                let error = check(&[(name, value)]).expect_err(value);
                assert_eq!(error.kind(), ErrorKind::Config);
                let text = format!("{error} {error:?}");
                assert!(text.contains(name) && !text.contains("hush"), "{value}: {text}");
            }
        }
    }

    #[test]
    fn a_proxy_that_can_be_used_and_none_at_all_pass() {
        for value in [
            "",
            "http://proxy.example.com:3128",
            "https://user:pass%20word@proxy.example.com",
            "proxy.example.com:3128",
            "user:password@proxy.example.com:3128",
            "HTTP://10.0.0.1:8080/",
            "http://[::1]:3128",
            "proxy",
        ] {
            check(&[("HTTPS_PROXY", value)]).unwrap_or_else(|error| panic!("{value}: {error}"));
        }
        check(&[]).unwrap();
        // Variables that the library does not read are not checked.
        check(&[("HTTPS_PROXY", "http://a.example"), ("ALL_PROXY", "socks5://b.example")]).unwrap();
        check(&[("HTTPS_PROXY", "http://a.example"), ("https_proxy", "foo bar")]).unwrap();
        check(&[("HTTPS_PROXY", "foo bar"), ("REQUEST_METHOD", "GET")]).unwrap();
        check(&[("HTTPS_PROXY", ""), ("ALL_PROXY", "foo bar")]).unwrap_err();
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_no_text_is_an_error() {
        use std::os::unix::ffi::OsStringExt;
        let value = |_: &str| Some(OsString::from_vec(b"http://\xff".to_vec()));
        check_in(|name| if name == "ALL_PROXY" { value(name) } else { None }).unwrap_err();
    }
}
