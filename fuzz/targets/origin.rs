//! An origin that the core takes is one that the `url` crate, which reads as browsers do, serializes to the
//! same bytes.
#![no_main]

use doorward_core::Origin;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    let Ok(Origin::Tuple(_)) = Origin::parse(text.as_bytes()) else { return };
    // Only of these schemes have URLs an origin that is a tuple.
    if !["http://", "https://", "ws://", "wss://", "ftp://"].iter().any(|scheme| text.starts_with(scheme)) {
        return;
    }
    match Url::parse(text) {
        Ok(url) => assert_eq!(url.origin().ascii_serialization(), text),
        // Labels of Punycode are taken as they are written; a browser writes none that it cannot decode.
        Err(_) => assert!(text.contains("xn--"), "{text:?}"),
    }
});
