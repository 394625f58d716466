//! A private certificate authority and the server's certificate.

use std::{fs, path::Path};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// The certificate of the authority.
pub(crate) const AUTHORITY: &str = "ca.pem";
/// The certificate of the server, for `localhost` and `127.0.0.1`.
pub(crate) const CERTIFICATE: &str = "server.pem";
/// The key of the server.
pub(crate) const KEY: &str = "server-key.pem";

/// Creates an authority and a server certificate and writes them to a directory. The authority's key is not stored.
pub(crate) fn make(directory: &Path) -> anyhow::Result<()> {
    let key = KeyPair::generate()?;
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, "Tests only");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = authority.self_signed(&key)?;
    fs::write(directory.join(AUTHORITY), certificate.pem())?;

    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate()?;
    let server = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    fs::write(directory.join(CERTIFICATE), server.signed_by(&key, &issuer)?.pem())?;
    fs::write(directory.join(KEY), key.serialize_pem())?;
    Ok(())
}
