//! Which kind of document a file is: by its content, and by its name where the content shows only a container.

use super::Download;

/// A kind of file that is sent as a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// PDF.
    Pdf,
    /// Word since 2007.
    Docx,
    /// Word before that.
    Doc,
    /// OpenDocument text.
    Odt,
    /// Rich text.
    Rtf,
    /// Plain text.
    Text,
    /// A page.
    Html,
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
}

impl DocumentKind {
    const ALL: [Self; 9] = [
        Self::Pdf,
        Self::Docx,
        Self::Doc,
        Self::Odt,
        Self::Rtf,
        Self::Text,
        Self::Html,
        Self::Jpeg,
        Self::Png,
    ];

    /// The kind that the extension of a name tells; case does not count.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.is_of_name(name))
    }

    /// Whether a name has an extension of this kind.
    pub fn is_of_name(self, name: &str) -> bool {
        let end = name.trim().rsplit_once('.').map(|(_, end)| end);
        end.is_some_and(|end| self.extensions().iter().any(|it| it.eq_ignore_ascii_case(end)))
    }

    /// The extensions that names of this kind have, without the dot, the usual one first.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Docx => &["docx"],
            Self::Doc => &["doc"],
            Self::Odt => &["odt"],
            Self::Rtf => &["rtf"],
            Self::Text => &["txt"],
            Self::Html => &["html", "htm"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
        }
    }

    /// Its media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Doc => "application/msword",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Rtf => "application/rtf",
            Self::Text => "text/plain",
            Self::Html => "text/html",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// What the content may show itself to be where only the name tells this kind apart: newer documents of office
    /// programs are ZIP archives, older ones OLE containers, and many a `.doc` is rich text.
    const fn looks_like(self) -> &'static [&'static str] {
        match self {
            Self::Docx | Self::Odt => &["application/zip"],
            Self::Doc => &["application/x-ole-storage", "application/rtf"],
            Self::Html => &["text/plain"],
            _ => &[],
        }
    }

    /// Whether every signature of this kind is its own: anything readable is text, and an error page is HTML.
    const fn shows_itself(self) -> bool {
        !matches!(self, Self::Text | Self::Html)
    }

    /// A name as stem and extension; one without an extension of this kind gets the usual one.
    pub fn stem_and_extension(self, name: &str) -> (&str, &str) {
        match name.trim().rsplit_once('.').filter(|_| self.is_of_name(name)) {
            Some((stem, extension)) => (stem, extension),
            None => (name, self.extensions()[0]),
        }
    }

    /// A name that ends as names of this kind do: `resume.odt` becomes `resume.odt.pdf`.
    pub fn name(self, name: &str) -> String {
        let (stem, extension) = self.stem_and_extension(name);
        format!("{stem}.{extension}")
    }
}

impl Download {
    /// Which kind of document it is. The content decides, whatever the name says; only where it shows a container or plain
    /// text, the name has to tell the rest. None for anything else, such as an error page in the place of a `cv.pdf`.
    pub fn document_kind(&self, name: &str) -> Option<DocumentKind> {
        let shown = self.content_type;
        let fits = |kind: &DocumentKind| kind.content_type() == shown || kind.looks_like().contains(&shown);
        let by_content =
            || DocumentKind::ALL.into_iter().find(|kind| kind.shows_itself() && kind.content_type() == shown);
        DocumentKind::of_name(name).filter(fits).or_else(by_content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_and_the_name_tells_containers_apart() {
        use DocumentKind::{Doc, Docx, Html, Jpeg, Odt, Pdf, Rtf, Text};
        for (name, content_type, kind) in [
            ("cv", "application/pdf", Some(Pdf)),
            ("cv.doc", "application/pdf", Some(Pdf)),
            ("cv.PDF ", "application/pdf", Some(Pdf)),
            ("cv.DOCX", "application/zip", Some(Docx)),
            ("cv.odt", "application/zip", Some(Odt)),
            ("cv.zip", "application/zip", None),
            ("cv", "application/zip", None),
            ("cv.pdf", "application/zip", None),
            ("cv.doc", "application/x-ole-storage", Some(Doc)),
            ("cv.xls", "application/x-ole-storage", None),
            ("cv.doc", "application/rtf", Some(Doc)),
            ("cv.rtf", "application/rtf", Some(Rtf)),
            ("cv.pdf", Docx.content_type(), Some(Docx)),
            ("me.jpeg", "image/jpeg", Some(Jpeg)),
            ("cv.txt", "text/plain", Some(Text)),
            ("cv.pdf", "text/plain", None),
            ("cv", "text/plain", None),
            ("cv.htm", "text/html", Some(Html)),
            ("cv.pdf", "text/html", None),
            ("cv", "application/octet-stream", None),
        ] {
            let file = Download { bytes: Vec::new(), content_type, declared_content_type: None };
            assert_eq!(file.document_kind(name), kind, "{name} {content_type}");
        }
    }

    #[test]
    fn a_name_ends_as_its_kind_does() {
        let names = [("cv", "cv.pdf"), ("cv.PDF", "cv.PDF"), ("cv.odt", "cv.odt.pdf"), (" .pdf", ".pdf")];
        for (name, expected) in names {
            assert_eq!(DocumentKind::Pdf.name(name), expected);
        }
        assert_eq!(DocumentKind::Jpeg.name("me.jpeg"), "me.jpeg");
        assert_eq!(DocumentKind::Jpeg.name("me.png"), "me.png.jpg");
    }
}
