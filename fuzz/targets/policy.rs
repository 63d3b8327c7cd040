//! Policy documents of any text, as TOML and as JSON: a policy or an error, never a panic.
#![no_main]

use doorward_policy::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // No file is read and no environment variable: both need a name, which the checks of a name refuse
    // or which does not exist.
    let _ = Policy::from_toml(text).map(|policy| policy.gate());
    let _ = Policy::from_json(text).map(|policy| policy.gate());
});
