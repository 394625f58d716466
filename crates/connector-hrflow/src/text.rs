//! Text that says something.

use hrflow_core::text::one_line;

/// Text that may be absent, empty or blank, which all mean the same.
pub trait Filled {
    /// The text without surrounding blanks, if anything is left.
    fn filled(&self) -> Option<&str>;
}

impl Filled for str {
    fn filled(&self) -> Option<&str> {
        Some(self.trim()).filter(|text| !text.is_empty())
    }
}

impl Filled for String {
    fn filled(&self) -> Option<&str> {
        self.as_str().filled()
    }
}

impl<T: Filled + ?Sized> Filled for &T {
    fn filled(&self) -> Option<&str> {
        (**self).filled()
    }
}

impl<T: Filled> Filled for Option<T> {
    fn filled(&self) -> Option<&str> {
        self.as_ref().and_then(Filled::filled)
    }
}

/// One line without control characters, which few fields of a target can hold.
///
/// ```
/// assert_eq!(connector_hrflow::plain(&" Ada\u{0}\n Byron"), Some("Ada Byron".to_owned()));
/// ```
pub fn plain(text: &impl Filled) -> Option<String> {
    let text = text.filled()?.replace(char::is_control, " ");
    one_line(&text).filled().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_text_says_nothing() {
        assert_eq!(Some(" Ada\n".to_owned()).filled(), Some("Ada"));
        assert_eq!(Some(" \u{a0}".to_owned()).filled(), None);
        assert_eq!(None::<String>.filled(), None);
    }
}
