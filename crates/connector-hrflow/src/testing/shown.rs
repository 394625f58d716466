//! What fits into a snapshot.

use serde_json::{Value, json};

/// The longest text that a snapshot shows whole, in characters.
const LONGEST_TEXT: usize = 1_500;
/// The longest list that a snapshot shows whole.
const LONGEST_LIST: usize = 20;

/// The same JSON with long texts and lists cut: their beginning, their end, and how long they were.
pub fn shortened(mut value: Value) -> Value {
    shorten(&mut value);
    value
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => {
            let count = text.chars().count();
            if count > LONGEST_TEXT {
                let start: String = text.chars().take(200).collect();
                let end: String = text.chars().skip(count - 20).collect();
                *text = format!("{start}… {end} ({count} characters)");
            }
        }
        Value::Array(list) => {
            let count = list.len();
            if count > LONGEST_LIST {
                let last = list.split_off(count - 1);
                list.truncate(3);
                list.push(json!(format!("… ({count} elements)")));
                list.extend(last);
            }
            list.iter_mut().for_each(shorten);
        }
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_keeps_both_ends() {
        let text = format!("{}{}{}", "a".repeat(200), "b".repeat(1_300), "c".repeat(20));
        let list: Vec<_> = (0..21).collect();
        let shown = shortened(json!({ "text": text, "list": list, "short": ["é".repeat(1_500)] }));
        assert_eq!(
            shown["text"],
            json!(format!("{}… {} (1520 characters)", "a".repeat(200), "c".repeat(20)))
        );
        assert_eq!(shown["list"], json!([0, 1, 2, "… (21 elements)", 20]));
        assert_eq!(shown["short"], json!(["é".repeat(1_500)]));
    }
}
