//! What the first bytes of a file say about the whole file.

use std::io::{self, ErrorKind, Read};

use serde::de::IgnoredAny;

/// How much of a file is examined.
const EXAMINED: usize = 64 << 10;

/// Reads the beginning of a file: at least its first line, and no more than 64 KiB. A pipe whose writer pauses after a line
/// is not waited for.
///
/// # Errors
///
/// Those of the reader.
pub(super) fn beginning(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut read = vec![0; EXAMINED];
    let mut length = 0;
    while length < EXAMINED && !(length >= 4 && read[..length].contains(&b'\n')) {
        match reader.read(&mut read[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    read.truncate(length);
    Ok(read)
}

/// Names what a file is if it is known not to be JSON, and says what to do.
pub(super) fn not_json(beginning: &[u8]) -> Option<&'static str> {
    let begins = |magic: &[u8]| beginning.starts_with(magic);
    if begins(b"\x1f\x8b") {
        return Some(
            "the file is compressed with gzip. Decompress it: gunzip -c FILE | hrflow run … --from -",
        );
    }
    if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        return Some(
            "the file is a zip archive or a spreadsheet such as .xlsx, not JSON. Unpack it, or export JSON",
        );
    }
    if begins(b"\xff\xfe\0\0") || begins(b"\0\0\xfe\xff") {
        return Some("the file is UTF-32. Convert it: iconv -f UTF-32 -t UTF-8 FILE");
    }
    if begins(b"\xff\xfe") || begins(b"\xfe\xff") {
        return Some("the file is UTF-16. Convert it: iconv -f UTF-16 -t UTF-8 FILE");
    }
    // JSON begins with two characters of ASCII.
    match beginning {
        [0, first, ..] if *first != 0 => {
            return Some(
                "the file is UTF-16 without a byte order mark. Convert it: iconv -f UTF-16BE -t UTF-8 FILE",
            );
        }
        [first, 0, ..] if *first != 0 => {
            return Some(
                "the file is UTF-16 without a byte order mark. Convert it: iconv -f UTF-16LE -t UTF-8 FILE",
            );
        }
        _ => {}
    }
    let text = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start();
    match text.first()? {
        b'{' | b'[' => is_windows_1252(text).then_some(
            "the file is not UTF-8, but probably Windows-1252 or Latin-1. Convert it: iconv -f WINDOWS-1252 -t UTF-8 FILE",
        ),
        b'<' => Some("the file is HTML or XML, not JSON. Save the response of the API, not a page"),
        _ => is_table(text).then_some(
            "the file is CSV or another table, not JSON. Convert each row to a profile: {\"key\": …, \"info\": {\"email\": …, \"first_name\": …}}",
        ),
    }
}

/// Whether a text is most likely Windows-1252 or Latin-1: nothing beyond ASCII in it is UTF-8, all of it is a letter within a
/// word or a sign of such texts, and more than one item has some. A single item with bad bytes among others is damaged.
fn is_windows_1252(text: &[u8]) -> bool {
    let mut lines_with_any = 0_usize;
    let mut count = 0_usize;
    for line in text.split(|byte| *byte == b'\n') {
        let before = count;
        for chunk in line.utf8_chunks() {
            if !chunk.valid().is_ascii() {
                return false;
            }
            match chunk.invalid() {
                [] => {}
                [
                    0x80 | 0x85 | 0x91..=0x97 | 0xab | 0xbb | 0xb0 | 0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0xfd,
                ] => count += 1,
                _ => return false,
            }
        }
        lines_with_any += usize::from(count > before);
    }
    let items =
        text.split(|byte| *byte == b'\n').filter(|line| line.trim_ascii_start().starts_with(b"{")).count();
    match items {
        0 => count > 1,
        1 => count > 0,
        _ => lines_with_any > 1,
    }
}

/// Whether the first line has several fields, and is no JSON value.
fn is_table(text: &[u8]) -> bool {
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    line.iter().any(|byte| matches!(byte, b',' | b';' | b'\t' | b'|'))
        && !line.contains(&b'{')
        && serde_json::from_slice::<IgnoredAny>(line).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_named() {
        let utf16 =
            |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
        let marked = |bytes| utf16("\u{feff}{\"key\": \"1\"}", bytes);
        for (file, name) in [
            (b"\x1f\x8b\x08\0\0".to_vec(), "gzip"),
            (b"PK\x03\x04\x14\0".to_vec(), "zip archive or a spreadsheet"),
            (marked(u16::to_le_bytes), "is UTF-16."),
            (marked(u16::to_be_bytes), "is UTF-16."),
            (utf16("[{}]", u16::to_le_bytes), "UTF-16LE"),
            (utf16("{\"a\": 1}", u16::to_be_bytes), "UTF-16BE"),
            (b"\xff\xfe\0\0{\0\0\0".to_vec(), "UTF-32"),
            (b"<!DOCTYPE html>".to_vec(), "HTML or XML"),
            (b"key,email\n1,ada@example.com\n".to_vec(), "CSV"),
            (b"\xef\xbb\xbfkey;email\r\n".to_vec(), "CSV"),
            (b"\"key\",\"email\"\n".to_vec(), "CSV"),
            (b"key\temail".to_vec(), "CSV"),
            (b"{\"a\": \"Andr\xe9\"}".to_vec(), "Windows-1252"),
            (
                b"{\"a\": \"Andr\xe9\"}\n{\"a\": \"B\"}\n{\"a\": \"M\xfcller \x96 \x80\"}\n".to_vec(),
                "Windows-1252",
            ),
            (b"[{\"a\": \"Andr\xe9\"}, {\"a\": \"M\xfcller\"}]".to_vec(), "Windows-1252"),
        ] {
            let named = not_json(&file).unwrap_or_default();
            assert!(named.contains(name), "{}: {named}", String::from_utf8_lossy(&file));
        }
    }

    #[test]
    fn json_is_left_to_its_reader() {
        for file in ["", " ", "{", "[", "{\"a\": \"1,2\"}", "\u{feff}\n [{}]", "7", "\"a, b\"", "null", "x"] {
            assert_eq!(not_json(file.as_bytes()), None, "{file}");
        }
    }

    #[test]
    fn single_damaged_items_are_no_other_encoding() {
        for file in [
            &b"{\"a\": \"\xff\xfe\"}\n"[..],
            b"{\"a\": \"Andr\xe9\"}\n{\"a\": \"B\"}\n",
            b"{\"a\": \"Andr\xe9\"}\n{\"a\": \"\xc3\xa9\"}\n{\"a\": \"M\xfcller\"}\n",
            b"[{\"a\": \"Andr\xe9\"}, {}]",
        ] {
            assert_eq!(not_json(file), None, "{}", String::from_utf8_lossy(file));
        }
    }

    #[test]
    fn no_more_is_read_than_the_first_line_needs() {
        let mut pipe = (&b"{\"a\":\n"[..]).chain(&b" 1}\n"[..]);
        assert_eq!(beginning(&mut pipe).unwrap(), b"{\"a\":\n");
        assert_eq!(beginning(&mut pipe).unwrap(), b" 1}\n");
        assert_eq!(beginning(&mut io::repeat(b' ')).unwrap().len(), EXAMINED);
    }
}
