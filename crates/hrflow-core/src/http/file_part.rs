//! Files in multipart forms.

use bytes::Bytes;
use reqwest::multipart::Part;

/// Returns a file as a form part. Repeated calls share the bytes without copying.
///
/// An invalid `content_type` is omitted.
pub(super) fn file_part(name: &str, content_type: &str, bytes: &Bytes) -> Part {
    let part = || Part::stream_with_length(bytes.clone(), bytes.len() as u64).file_name(name.to_owned());
    part().mime_str(content_type).unwrap_or_else(|_| part())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_is_none_is_left_out() {
        let bytes = Bytes::from_static(b"x");
        assert!(format!("{:?}", file_part("a.pdf", "application/pdf", &bytes)).contains("application/pdf"));
        assert!(!format!("{:?}", file_part("a.pdf", "no type", &bytes)).contains("no type"));
    }
}
