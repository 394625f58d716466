use std::io::Cursor;

use futures::StreamExt;

use super::*;

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// What a text is read as: an item as its JSON, an error as its message.
fn read_all(text: impl AsRef<[u8]>) -> Vec<String> {
    let items = from_reader(Cursor::new(text.as_ref().to_vec()));
    let shown = items.map(|item| item.map_or_else(|error| error.to_string(), |item| item.to_string()));
    block_on(shown.collect())
}

#[test]
fn arrays_lines_and_spread_objects_are_told_apart() {
    let both = [r#"{"a":1}"#, r#"{"b":[]}"#];
    for text in [
        "[{\"a\":1},{\"b\":[]}]",
        "\u{feff} \n[ {\"a\": 1} ,\n {\"b\": []} ] \n",
        "{\"a\":1}\n{\"b\":[]}",
        "\r\n{\"a\":1}\r\n\r\n  {\"b\":[]}\r\n",
        "{\n  \"a\": 1\n}\n{\n  \"b\": []\n}\n",
    ] {
        assert_eq!(read_all(text), both, "{text}");
    }
    assert_eq!(read_all(""), [""; 0]);
    assert_eq!(read_all(" \n\n"), [""; 0]);
    assert_eq!(read_all("[]"), [""; 0]);
}

#[test]
fn a_bad_line_costs_that_line() {
    assert_eq!(
        read_all("{\"a\":1}\n{\"email\": nobody@example.com}\n\n[1]\n7\n{\"b\":2}\n{\"c\""),
        [
            "{\"a\":1}",
            "line 2 is not valid JSON (column 12)",
            "line 4: expected an object, found a list",
            "line 5: expected an object, found a number",
            "{\"b\":2}",
            "line 7 is not valid JSON (column 4)",
        ]
    );
    assert_eq!(read_all("\n\n{]"), ["line 3 is not valid JSON (column 2)"]);
    assert_eq!(read_all("{\n{\"a\":1}"), ["line 1 is not valid JSON (column 1)", "{\"a\":1}"]);
}

/// Items by their key, with what was noted of their reading.
fn noted(text: impl AsRef<[u8]>) -> Vec<(String, String)> {
    let items = read_all(text);
    let items = items.iter().map(|item| serde_json::from_str::<Value>(item).expect(item));
    items.map(|item| (item["key"].as_str().unwrap().to_owned(), item["$reading"].to_string())).collect()
}

#[test]
fn a_bad_value_costs_its_item_at_most() {
    let surrogate = r#"{"key":"2","info":{"summary":"cut \ud83d"}}"#;
    let repaired =
        r#"{"warnings":[{"field":"info.summary","reason":"Replaced half of a surrogate pair by U+FFFD"}]}"#;
    let email = r#"{"key":"3","info":{"email":"\ud83d@example.com"}}"#;
    let unreadable = r#"{"unreadable":[{"field":"info.email","reason":"half of a surrogate pair"}]}"#;
    let [one, four] = [r#"{"key":"1","info":{}}"#, r#"{"key":"4","info":{}}"#];
    let expected = [("1", "null"), ("2", repaired), ("3", unreadable), ("4", "null")];
    let expected = expected.map(|(key, reading)| (key.to_owned(), reading.to_owned()));
    for text in [
        format!("{one}\n{surrogate}\n{email}\n{four}\n"),
        format!("[{one},\n {surrogate}, {email}, {four}]"),
        format!("{{\n\"key\":\"1\",\"info\":{{}}}}\n{surrogate}\n{email}\n{four}\n"),
        format!("{{\"code\":200,\"data\":[{one},{surrogate},{email},{four}]}}"),
    ] {
        assert_eq!(noted(&text), expected, "{text}");
    }
    let key = read_all(format!("{one}\n{{\"key\":\"\\ud83d\"}}\n"));
    assert!(key[1].contains(r#""$reading":{"key":"line 2","unreadable":[{"field":"key""#), "{}", key[1]);
    let page = read_all(format!("{{\"data\":[{one},{{\"key\":NaN}}]}}"));
    assert!(page[1].contains(r#""$reading":{"key":"line 1, data[1]","unreadable""#), "{}", page[1]);
}

#[test]
fn a_byte_order_mark_inside_is_named_once() {
    let text = "\u{feff}{\"key\":\"1\"}\n\u{feff}{\"key\":\"2\"}\n\u{feff}{\"key\":\"3\"}\n";
    let read = noted(text);
    assert!(read[1].1.contains(r#""field":"line 2","reason":"Skipped a byte order mark"#), "{read:?}");
    assert_eq!(
        [&read[0], &read[2]],
        [&("1".to_owned(), "null".to_owned()), &("3".to_owned(), "null".to_owned())]
    );
}

#[test]
fn saved_responses_stand_for_their_profiles() {
    let profiles = [r#"{"info":{},"key":"1"}"#, r#"{"info":{},"key":"2"}"#];
    let [one, two] = profiles;
    for text in [
        format!(r#"{{"code": 200, "message": "Profiles", "meta": {{"page": 1}}, "data": [{one}, {two}]}}"#),
        format!("{{\n  \"data\": [\n    {one},\n    {two}\n  ]\n}}\n"),
        format!("{{\"code\": 200, \"data\": {one}}}\n{{\"code\": 200, \"data\": {two}}}\n"),
        format!(r#"[{{"data": [{one}]}}, {{"data": []}}, {{"data": {two}}}]"#),
        format!("{{\"data\": {one}}}\n{two}\n"),
    ] {
        assert_eq!(read_all(&text), profiles, "{text}");
    }
    assert_eq!(
        read_all(format!(r#"{{"data": [{one}, 7]}}"#)),
        [one, "line 1, data[1]: expected an object, found a number"]
    );
}

#[test]
fn files_of_another_kind_are_one_error() {
    for (text, error) in [
        ("key,email\n1,a@example.com\n2,b@example.com\n", "the file is CSV or another table, not JSON. "),
        (
            "{\"email\":\"a@example.com\"}\n{\"email\":\"b@example.com\"}\n",
            "line 1 is a flat row (email at the top level)",
        ),
        (
            "[{\"first_name\":\"Ada\"},{\"first_name\":\"Bob\"}]",
            "element 1 is a flat row (first_name at the top level)",
        ),
        ("{\n\"basics\":{},\n\"work\":[]\n}\n", "object 1 is a JSON Resume, not a profile of HrFlow.ai. "),
        ("{\"code\":401,\"message\":\"no\"}\n{}", "line 1 is an error response of HrFlow.ai (code 401)"),
    ] {
        let read = read_all(text);
        assert!(read.len() == 1 && read[0].starts_with(error), "{read:?}");
    }
    let rest = " The rest of the file is not read.";
    assert!(read_all("{\"name\": \"Ada\"}")[0].ends_with(rest));
    let mixed = read_all("{\"key\":\"1\"}\n{\"email\":\"b@example.com\"}\n{\"key\":\"3\"}\n");
    assert_eq!([&mixed[0], &mixed[2]], [r#"{"key":"1"}"#, r#"{"key":"3"}"#]);
    assert!(mixed[1].starts_with("line 2 is a flat row") && !mixed[1].contains(rest), "{}", mixed[1]);
}

#[test]
fn a_broken_array_ends_with_an_error() {
    let rest = ". The rest of the array was not read.";
    for (text, fault) in [
        ("[{}, {\"a\": x}, {}]", "element 2 is not valid JSON (line 1, column 12)"),
        ("[{}, {\"a\": ", "element 2: the array breaks off"),
        ("[{}", "element 2: the array breaks off"),
        ("[{}] {}", "after the array, which has 1 elements, more follows"),
    ] {
        assert_eq!(read_all(text), ["{}".to_owned(), format!("{fault}{rest}")], "{text}");
    }
    assert_eq!(read_all("[1, {}]"), ["element 1: expected an object, found a number", "{}"]);
}

#[test]
fn what_is_too_long_is_not_kept() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_ITEM as usize));
    assert_eq!(
        read_all(format!("{{}}\n{long}\n{{\"b\":1}}")),
        ["{}", "line 2 is longer than 32 MiB", "{\"b\":1}"]
    );
    let fault = "element 2 is longer than 32 MiB. The rest of the array was not read.";
    assert_eq!(read_all(format!("[{{}},{long}]")), ["{}", fault]);
}

#[test]
fn nesting_is_bounded() {
    let deep = "[".repeat(100_000);
    assert_eq!(read_all(format!("{{\"a\":{deep}\n{{}}")), ["line 1 is not valid JSON (column 132)", "{}"]);
    assert_eq!(read_all(&deep), ["element 1: the array breaks off. The rest of the array was not read."]);
}

#[test]
fn a_stream_that_is_dropped_stops_the_reading() {
    struct Endless(std::sync::mpsc::Sender<()>);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            buffer[..3].copy_from_slice(b"{}\n");
            Ok(3)
        }
    }
    impl Drop for Endless {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let (dropped, seen) = std::sync::mpsc::channel();
    let mut items = from_reader(Endless(dropped));
    assert!(block_on(items.next()).is_some());
    drop(items);
    assert_eq!(seen.recv_timeout(std::time::Duration::from_secs(10)), Ok(()));
}

#[test]
fn an_unreadable_file_is_told_at_once() {
    let fault = |path: &str| from_path(Path::new(path)).err().map(|error| error.to_string());
    assert_eq!(
        fault("/nonexistent/items.json").as_deref(),
        Some("cannot read the items in /nonexistent/items.json: No such file or directory (os error 2)")
    );
    assert_eq!(fault("/").as_deref(), Some("cannot read the items in /: it is a directory"));
}

#[cfg(unix)]
#[test]
fn items_come_from_pipes_and_not_from_devices() {
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    // No writer yet: only the reading thread waits.
    let items = from_path(&fifo).unwrap();
    let writer = std::thread::spawn(move || std::fs::write(fifo, "{\"a\":1}\n{\"a\":2}\n"));
    let read: Vec<_> = block_on(items.map(|item| item.unwrap().to_string()).collect());
    assert_eq!(read, [r#"{"a":1}"#, r#"{"a":2}"#]);
    writer.join().unwrap().unwrap();
    let error = from_path("/dev/zero".as_ref()).map(drop).unwrap_err().to_string();
    assert!(error.contains("/dev/zero: it is a device, not a regular file"), "{error}");
}
