//! What an e-mail address looks like.

/// Whether a vendor's form would take it: something before and after the `@`, with a dot after it, and no spaces.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty()
            && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "@,;<>()\"".contains(c))
    };
    plain(local)
        && plain(domain)
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-'))
}
