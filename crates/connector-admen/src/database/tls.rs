//! What keeps a connection from being encrypted as it has to be, and what to set.
//!
//! Neither driver lets a client verify a certificate in a way of its own: `mysql_async` 0.37 (`SslOpts`) and `tiberius`
//! 0.13 (`Config`) accept authorities, or any certificate, and nothing in between. So a certificate has to satisfy
//! `webpki`: X.509 version 3, the host among the subject alternative names, and no authority's own (`CA:FALSE`).

use connector_hrflow::Filled;
use hrflow_core::{Error, ErrorKind, Result, Scope, bounded_read};

use crate::parameters::{Encryption, Parameters};

/// Most bytes of `db_ca_file`; the certificates that a Linux system trusts take up about 250 KiB.
const MAX_CA_FILE: usize = 4 << 20;
/// The most that a message repeats of a driver's words.
const WORDS: usize = 200;
/// Where the command is that makes a certificate of one's own.
const GUIDE: &str = "The guide docs/guides/ad-men.md has a command that makes such a certificate.";

/// The certificates of `db_ca_file`, as PEM.
pub(super) fn authorities(parameters: &Parameters) -> Result<Option<Vec<u8>>> {
    let Some(path) = parameters.db_ca_file.filled() else { return Ok(None) };
    let unusable = |why: String| {
        Error::new(ErrorKind::Config, format!("db_ca_file cannot be used: {path}: {why}"))
            .advise("It is a file with one or more certificates, as PEM.")
    };
    let pem = bounded_read::bytes(path.as_ref(), MAX_CA_FILE).map_err(|why| unusable(why.to_string()))?;
    if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
        return Err(unusable("it holds no certificate".to_owned()));
    }
    Ok(Some(pem))
}

/// The error for what a driver reports of a handshake. None if its words are not about encryption.
pub(super) fn failure(words: &str, host: &str, encryption: Encryption) -> Option<Error> {
    let words = shortened(words);
    let has = |part: &str| words.contains(part);
    if has("does not have this capability") || has("encryption level") {
        return Some(not_offered());
    }
    if has("ServerDoesNotSupportTls12Or13") || has("fatal alert: ProtocolVersion") {
        return Some(too_old(ErrorKind::Config, "the server offers TLS 1.1 or older only"));
    }
    if has("tls handshake eof") || has("fatal alert: HandshakeFailure") || has("peer is incompatible") {
        return Some(too_old(ErrorKind::Unavailable, "the server broke off the TLS handshake"));
    }
    if has("CaUsedAsEndEntity") {
        return Some(unusable("it is an authority's certificate (CA:TRUE)", encryption));
    }
    if has("UnsupportedCertVersion") {
        return Some(unusable("it is an X.509 certificate of version 1", encryption));
    }
    if has("NotValidForName") || has("certificate not valid for name") {
        let names = names(words);
        let why = match names.is_empty() {
            true => format!("it names no host (subject alternative name), and {host} has to be one of them"),
            false => format!("it is valid for {}, and not for {host}", names.join(", ")),
        };
        let advice = "Set db_host to a name in the certificate, or reissue the certificate with this one";
        return Some(untrusted(
            &why,
            &format!("{advice}, or set db_tls to `trust` to accept any certificate. {GUIDE}"),
        ));
    }
    if has("xpired") || has("NotValidYet") || has("not valid yet") {
        let why = "it has expired, or the clock of this machine is wrong";
        return Some(untrusted(why, "Renew it, or set db_tls to `trust` to accept any certificate."));
    }
    if has("UnknownIssuer") {
        let advice = "Set db_ca_file to a file with the certificate of the authority that signed it, and db_host to a name in \
                      the certificate; or set db_tls to `trust` to accept any certificate.";
        return Some(untrusted("no authority that this machine or db_ca_file trusts has signed it", advice));
    }
    has("certificate")
        .then(|| untrusted(words, "Reissue it, or set db_tls to `trust` to accept any certificate."))
}

/// The names in a certificate, out of `… only valid for DnsName("localhost") or IpAddress(127.0.0.1)`.
fn names(words: &str) -> Vec<&str> {
    let listed = words.split("only valid for ").nth(1).unwrap_or_default();
    let names = listed.split('(').skip(1).filter_map(|it| it.split(')').next());
    names.map(|it| it.trim_matches('"')).collect()
}

/// The server insists on encryption.
pub(super) fn insists() -> Error {
    Error::new(ErrorKind::Config, "the server accepts encrypted connections only, and db_tls is `off`").advise(
        "Set db_tls to `require`, with the server's authority in db_ca_file if it is not a public one, or to `trust` to accept \
         any certificate.",
    )
}

/// A driver's words, without the advice that is not for users of this program.
pub(super) fn shortened(words: &str) -> &str {
    let words = words.split(" To connect anyway").next().unwrap_or_default();
    let words = words
        .strip_prefix("the server's certificate was rejected during the TLS handshake: ")
        .unwrap_or(words);
    hrflow_core::text::cut(words.trim_end_matches('.'), WORDS)
}

fn not_offered() -> Error {
    Error::new(ErrorKind::Config, "the server offers no encryption").advise(
        "Set up TLS there, or set db_tls to `off` if the way to the server is safe, such as a tunnel.",
    )
}

fn too_old(kind: ErrorKind, message: &str) -> Error {
    let advice = "TLS 1.2 is the oldest that is supported: update the server or its TLS settings, or set db_tls to `off` if the \
                  way to the server is safe, such as a tunnel.";
    let advice = match kind {
        ErrorKind::Config => advice.to_owned(),
        _ => format!("It may offer TLS 1.1 or older only. {advice}"),
    };
    Error::new(kind, message).with_scope(Scope::Run).advise(advice)
}

fn untrusted(why: &str, advice: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the server's certificate is not trusted: {why}")).advise(advice)
}

/// A certificate that no authority's signature would help.
fn unusable(why: &str, encryption: Encryption) -> Error {
    let otherwise = match encryption {
        // A signature with the key of such a certificate cannot be verified either.
        Encryption::Unverified => "or set db_tls to `off` if the way to the server is safe, such as a tunnel",
        _ => "or set db_tls to `trust` to accept any certificate",
    };
    untrusted(
        why,
        &format!(
            "Reissue it as a server's certificate (version 3, CA:FALSE, db_host as a name), {otherwise}. {GUIDE}"
        ),
    )
}
