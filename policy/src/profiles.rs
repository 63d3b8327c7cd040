//! The profiles that ship with doorward: the behaviour of known servers, each a short document.

macro_rules! profiles {
    ($($name:literal),* $(,)?) => {
        /// Name and TOML text of each profile.
        pub const ALL: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../profiles/", $name, ".toml")))),*];
    };
}

profiles!(
    "strict",
    "codex-app-server",
    "codex-app-server-signed",
    "mux-server-http",
    "mux-server-websocket",
    "native-only",
    "loopback-tool",
    "coder-websocket",
    "gorilla",
    "code-server",
);

/// The text of a profile.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
