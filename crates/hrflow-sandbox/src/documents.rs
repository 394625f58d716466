//! Small valid documents built in code: the attachments of the invented profiles.

use sha2::{Digest, Sha256};

/// MIME type of a PDF.
pub(crate) const PDF: &str = "application/pdf";
/// MIME type of a Word document.
pub(crate) const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// MIME type of a PNG picture.
pub(crate) const PNG: &str = "image/png";

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

/// Builds a PDF 1.4 file of one page with one line of text. Characters outside ASCII become `?`.
pub fn pdf(text: &str) -> Vec<u8> {
    let shown: String = text
        .chars()
        .map(|c| match c {
            '(' | ')' | '\\' => '.',
            ' '..='~' => c,
            _ => '?',
        })
        .collect();
    let content = format!("BT /F1 14 Tf 72 760 Td ({shown}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        file.push_str(&format!("{offset:010} 00000 n \n"));
    }
    file.push_str(&format!(
        "trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    ));
    file.into_bytes()
}

/// Builds a Word document of one paragraph.
pub fn docx(text: &str) -> Vec<u8> {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let parts = [
        (
            "[Content_Types].xml",
            concat!(
                r#"<?xml version="1.0" encoding="UTF-8"?>"#,
                r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">"#,
                r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#,
                r#"<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-"#,
                r#"officedocument.wordprocessingml.document.main+xml"/></Types>"#
            )
            .to_owned(),
        ),
        (
            "_rels/.rels",
            concat!(
                r#"<?xml version="1.0" encoding="UTF-8"?>"#,
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
                r#"<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/"#,
                r#"relationships/officeDocument" Target="word/document.xml"/></Relationships>"#
            )
            .to_owned(),
        ),
        (
            "word/document.xml",
            format!(
                concat!(
                    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
                    r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">"#,
                    r#"<w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>"#
                ),
                text
            ),
        ),
    ];
    zip(&parts)
}

/// Builds a ZIP file of stored (uncompressed) parts.
fn zip(parts: &[(&str, String)]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in parts {
        let offset = file.len() as u32;
        let mut common = Vec::new();
        // Version 2.0, no flags, stored, 1980-01-01 00:00.
        for field in [20u16, 0, 0, 0, 0x21] {
            common.extend(field.to_le_bytes());
        }
        for field in [crc32(content.as_bytes()), content.len() as u32, content.len() as u32] {
            common.extend(field.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend(0u16.to_le_bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(content.as_bytes());
        directory.extend(b"PK\x01\x02");
        directory.extend(20u16.to_le_bytes());
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06");
    file.extend([0; 4]);
    for _ in 0..2 {
        file.extend((parts.len() as u16).to_le_bytes());
    }
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0; 2]);
    file
}

/// Builds a PNG picture of 8 × 8 pixels in one colour.
pub fn png(red: u8, green: u8, blue: u8) -> Vec<u8> {
    const SIDE: usize = 8;
    // Each line begins with its filter, 0 for none.
    let line = [vec![0], [red, green, blue].repeat(SIDE)].concat();
    let raw = line.repeat(SIDE);
    // zlib with one stored block.
    let mut packed = vec![0x78, 0x01, 0x01];
    packed.extend((raw.len() as u16).to_le_bytes());
    packed.extend((!(raw.len() as u16)).to_le_bytes());
    packed.extend(&raw);
    packed.extend(adler32(&raw).to_be_bytes());

    let mut header = Vec::new();
    header.extend((SIDE as u32).to_be_bytes());
    header.extend((SIDE as u32).to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);

    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [(b"IHDR", &header), (b"IDAT", &packed), (b"IEND", &Vec::new())] {
        file.extend((content.len() as u32).to_be_bytes());
        let mut checked = kind.to_vec();
        checked.extend(content);
        file.extend(&checked);
        file.extend(crc32(&checked).to_be_bytes());
    }
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    (b << 16) | a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_match_published_values() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn documents_begin_as_their_types_do() {
        assert!(pdf("Añ (x)").starts_with(b"%PDF-1.4\n"));
        assert!(pdf("x").ends_with(b"%%EOF\n"));
        assert!(docx("a < b & c").starts_with(b"PK\x03\x04"));
        assert!(png(1, 2, 3).starts_with(b"\x89PNG"));
    }
}
