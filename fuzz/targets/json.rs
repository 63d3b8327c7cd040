//! The core's JSON against serde_json's: what it takes, serde_json takes as an object, with the same members.
//! And what serde_json takes as an object of plain members, the core does not refuse for its grammar.
#![no_main]

use doorward_core::Reason;
use doorward_core::primitive::{json_members, json_object};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|text: &[u8]| {
    let mut spare = vec![0; 65_536];
    let ours = json_object(text, &mut spare);
    let theirs = serde_json::from_slice::<Map<String, Value>>(text);
    match (ours, theirs) {
        (Ok(()), theirs) => {
            // A number beyond f64 is one of the grammar's, and serde_json's to refuse.
            let theirs = match theirs {
                Err(error) if error.to_string().starts_with("number out of range") => return,
                theirs => theirs.expect("serde_json refuses what the core takes"),
            };
            let mut members = 0;
            for (name, value) in json_members(text).expect("an object") {
                let name = name.as_str().expect("a name is a string").to_string();
                let value: Value = serde_json::from_str(value.raw()).expect("a value");
                assert_eq!(theirs.get(&name), Some(&value));
                members += 1;
            }
            assert_eq!(members, theirs.len());
        }
        // A name twice, too deep, too many: limits that serde_json does not have.
        (Err(Reason::ClaimsJson), Ok(theirs)) => assert!(depth(&Value::Object(theirs)) > 31 || text.len() > 60_000),
        _ => {}
    }
});

fn depth(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => members.values().map(depth).max().unwrap_or(0),
        _ => return 0,
    }
}
