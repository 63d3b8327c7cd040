//! Every key of the document: its type, its default, and what it says. The reader knows a key by its entry here, and
//! takes from it the words and the numbers that a value may be; the reference is made of it.

use doorward_core::limits::{MAX_LEEWAY, MAX_TOKEN_BYTES, MIN_TOKEN_LIMIT};

/// A table of the document.
#[derive(Clone, Copy, Debug)]
pub struct KeyTable {
    /// `jwt.key`; empty for the document itself.
    pub name: &'static str,
    /// Whether it may stand more than once, as `[[jwt.key]]`.
    pub repeats: bool,
    /// Its keys, in the order of the reference.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The key itself.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// What counts where the key is absent: a value as TOML writes it, or words in parentheses; empty where
    /// nothing does.
    pub default: &'static str,
    /// What it says, in Markdown.
    pub meaning: &'static str,
    /// Whether it gives a check up.
    pub gives_up: bool,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `true` or `false`.
    Truth,
    /// A string.
    Text,
    /// An array of strings.
    Texts,
    /// A string or an array of strings.
    TextOrTexts,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// An integer between the two, in this unit.
    Integer {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
        /// What is counted.
        unit: &'static str,
    },
    /// Unix seconds, an RFC 3339 string, or a TOML date with its offset.
    Moment,
    /// A table, or several: it has an entry of its own.
    Table,
}

/// The largest `max_lifetime` and `max_age` that make sense: a hundred years.
const CENTURY: i64 = 3_155_760_000;

const SECONDS: Kind = Kind::Integer { least: 1, most: CENTURY, unit: "seconds" };

/// Every table of the document and its keys; the first is the document itself. A tool that writes or
/// checks documents can rely on it: the reader does.
pub const TABLES: [KeyTable; 9] =
    [ROOT, LISTEN, HOST, ORIGIN, CREDENTIAL, CAPABILITY, JWT, JWT_KEY, SCOPE];

const fn key(name: &'static str, kind: Kind, default: &'static str, meaning: &'static str) -> Key {
    Key { name, kind, default, meaning, gives_up: false }
}

/// A key that gives a check up where it is true.
const fn exception(name: &'static str, meaning: &'static str) -> Key {
    Key { name, kind: Kind::Truth, default: "false", meaning, gives_up: true }
}

const fn nested(name: &'static str) -> Key {
    key(name, Kind::Table, "", "")
}

pub(crate) const ROOT: KeyTable = KeyTable {
    name: "",
    repeats: false,
    keys: &[
        key(
            "realm",
            Kind::Text,
            "\"doorward\"",
            "realm of the challenge: at most 64 printable ASCII characters without `\"` and `\\`",
        ),
        nested("listen"),
        nested("host"),
        nested("origin"),
        nested("credential"),
        nested("capability"),
        nested("jwt"),
        nested("scope"),
    ],
};

pub(crate) const LISTEN: KeyTable = KeyTable {
    name: "listen",
    repeats: false,
    keys: &[
        key(
            "address",
            Kind::Text,
            "",
            "where the server listens, `\"127.0.0.1:8080\"`: a loopback address makes the machine's own names the \
             default of `host.allow`",
        ),
        key(
            "without_credential",
            Kind::Word(&["refuse", "warn"]),
            "\"refuse\"",
            "`\"warn\"`: the startup check only warns about a listener that other machines reach without a credential",
        ),
    ],
};

pub(crate) const HOST: KeyTable = KeyTable {
    name: "host",
    repeats: false,
    keys: &[
        key(
            "allow",
            Kind::Texts,
            "(any, or the loopback names: see `listen.address`)",
            "hosts that may be asked for: `app.example.com` (the scheme's default port), `localhost:3000`, \
             `localhost:*` (any port), `*.apps.example.com` (one label)",
        ),
        key(
            "trusted_proxies",
            Kind::Texts,
            "(none)",
            "addresses or blocks whose `Forwarded` and `X-Forwarded-Host`, `-Proto` count; the first hop speaks, so \
             the proxy must overwrite what the client sent, not append to it; where both families are there they \
             must agree",
        ),
        exception(
            "unchecked",
            "the Host is not judged, and read only where an Origin is compared with it",
        ),
        exception(
            "forwarded_lenient",
            "`Host` stays a candidate beside `X-Forwarded-Host`; empty and unknown values are passed over",
        ),
    ],
};

pub(crate) const ORIGIN: KeyTable = KeyTable {
    name: "origin",
    repeats: false,
    keys: &[
        key(
            "mode",
            Kind::Word(&[
                "same-origin",
                "list",
                "same-origin-or-list",
                "none-allowed",
                "after-credential",
                "off",
            ]),
            "\"same-origin\"",
            "scheme, host and port of the request; `\"list\"`; `\"same-origin-or-list\"`; `\"none-allowed\"`: any \
             Origin denies; `\"after-credential\"`: any page that holds a credential of its own, which a cookie is \
             not; **`\"off\"`**",
        ),
        key(
            "allow",
            Kind::Texts,
            "",
            "origins, as `https://app.example.com`, `https://*.apps.example.com` (one label), `http://localhost:*`",
        ),
        key(
            "absent",
            Kind::Word(&["allow-native", "require", "allow"]),
            "\"allow-native\"",
            "no Origin is a native client, unless a cookie credential is presented without `Sec-Fetch-Site: \
             same-origin` or `none`; `\"require\"`; **`\"allow\"`**",
        ),
        key(
            "loopback_aliases",
            Kind::Truth,
            "false",
            "`localhost`, `127.0.0.1` and `[::1]` are one host",
        ),
        exception("allow_null", "`Origin: null` is accepted"),
        exception("ignore_scheme", "same origin means same host and port"),
        exception(
            "https_page_on_http",
            "an https page of this host on a connection that is seen as http",
        ),
        exception(
            "accept_unserialized",
            "upper case, a spelled-out default port and long IPv6 are normalised",
        ),
        exception("empty_is_absent", "an Origin of no bytes counts as absent"),
        exception(
            "ignore_fetch_site",
            "`Sec-Fetch-Site` is not read. By default `cross-site` and `same-site` deny unless the list, or an \
             option above, names the page: so does a click on a link from another site. Set this for pages that \
             others link to, and keep it off for APIs and WebSockets",
        ),
    ],
};

pub(crate) const CREDENTIAL: KeyTable = KeyTable {
    name: "credential",
    repeats: false,
    keys: &[
        key(
            "places",
            Kind::Texts,
            "[\"authorization\"]",
            "where a credential may stand, in order: `authorization` (Bearer), `cookie:NAME`, `query:NAME`, \
             `header:NAME`, `subprotocol:PREFIX` (with an empty prefix, the one offered subprotocol: for native \
             clients, since a browser drops a connection whose only offer is not selected); one elsewhere is not \
             seen, two are refused",
        ),
        key(
            "max_token_bytes",
            Kind::Integer {
                least: MIN_TOKEN_LIMIT as i64,
                most: MAX_TOKEN_BYTES as i64,
                unit: "bytes",
            },
            "16384",
            "longest token",
        ),
        exception(
            "anonymous",
            "no credential is needed; one that is presented and bad is refused all the same",
        ),
        exception(
            "first_present_wins",
            "the first place that holds something is used, the others are not looked at",
        ),
    ],
};

const DIGEST_OR_TOKEN: &str =
    "exactly one of the five: the SHA-256 of the token, or the token, which is hashed at load";

pub(crate) const CAPABILITY: KeyTable = KeyTable {
    name: "capability",
    repeats: true,
    keys: &[
        key("id", Kind::Text, "(required)", "who the bearer is: 1 to 128 visible ASCII characters"),
        key("sha256", Kind::Text, "", DIGEST_OR_TOKEN),
        key("sha256_file", Kind::Text, "", "the path of a file with the digest"),
        key("token_file", Kind::Text, "", "the path of a file with the token"),
        key("token_env", Kind::Text, "", "the environment variable that holds the token"),
        key("token", Kind::Text, "", "the token itself, for tests"),
        key("expires", Kind::Moment, "(never)", "the first second at which the token is refused"),
        key("scopes", Kind::Texts, "(none)", "scopes that the token carries"),
        key("resources", Kind::Texts, "(none)", "resources that the token carries"),
        exception(
            "weak",
            "permits a token under 22 characters; not beside a digest, which does not show how long its token is",
        ),
    ],
};

pub(crate) const JWT: KeyTable = KeyTable {
    name: "jwt",
    repeats: false,
    keys: &[
        nested("key"),
        key("issuer", Kind::Text, "", "the one `iss` that is accepted"),
        key(
            "audience",
            Kind::TextOrTexts,
            "(none)",
            "`aud` must name one of these; without it, a token with `aud` is refused",
        ),
        key("subject", Kind::Text, "", "the one `sub` that is accepted"),
        key(
            "leeway",
            Kind::Integer { least: 0, most: MAX_LEEWAY as i64, unit: "seconds" },
            "30",
            "clock skew",
        ),
        key("required", Kind::Texts, "(none)", "claims that must be there, besides `exp`"),
        key("max_lifetime", SECONDS, "", "how far `exp` may lie ahead, and after `iat`"),
        key("max_age", SECONDS, "", "time since `iat`, which then must be there"),
        key(
            "typ",
            Kind::TextOrTexts,
            "(absent or `JWT`)",
            "accepted values of `typ`, which then must be there",
        ),
        key("revoked", Kind::Texts, "(none)", "values of `jti` that are refused"),
        exception("ignore_typ", "`typ` is not looked at"),
        exception("ignore_kid", "`kid` is not looked at: each key of the algorithm is tried"),
        exception("ignore_audience", "`aud` is not looked at"),
        exception("valid_at_expiry", "the second `exp` + leeway itself is still valid"),
    ],
};

pub(crate) const JWT_KEY: KeyTable = KeyTable {
    name: "jwt.key",
    repeats: true,
    keys: &[
        key(
            "id",
            Kind::Text,
            "",
            "the `kid` that chooses the key, 1 to 128 bytes; a token without `kid` is tried with each key of its \
             algorithm",
        ),
        key(
            "algorithm",
            Kind::Word(&["HS256", "HS384", "HS512"]),
            "(required)",
            "what the key is for, and nothing else",
        ),
        key(
            "secret_file",
            Kind::Text,
            "",
            "exactly one of the three: the path of a file with the secret, at least as long as the algorithm's hash",
        ),
        key("secret_env", Kind::Text, "", "the environment variable that holds the secret"),
        key("secret", Kind::Text, "", "the secret itself, for tests"),
        key(
            "encoding",
            Kind::Word(&["utf8", "base64", "base64url", "hex"]),
            "\"utf8\"",
            "how the secret's text stands for its bytes",
        ),
    ],
};

pub(crate) const SCOPE: KeyTable = KeyTable {
    name: "scope",
    repeats: false,
    keys: &[
        key("require", Kind::Texts, "(none)", "scopes, all of which the credential must carry"),
        key(
            "claim",
            Kind::Text,
            "\"scope\"",
            "the claim with a token's scopes: words of a string, or an array",
        ),
        key(
            "resource",
            Kind::Text,
            "",
            "a resource, `type:id`, that the credential must list: itself, `type:*` or `*:*`",
        ),
        key("resource_claim", Kind::Text, "\"resources\"", "the claim with a token's resources"),
    ],
};

#[cfg(test)]
mod tests {
    use super::{Key, KeyTable, Kind, TABLES};
    use crate::PolicyError;
    use crate::settings;
    use crate::tree::Syntax;

    /// A document in order, with one key of one table set to a value, or left out.
    fn document(table: &KeyTable, key: &Key, value: Option<&str>) -> String {
        let base = [
            ("capability", "id", "\"ci\""),
            (
                "capability",
                "sha256",
                "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
            ),
            ("jwt.key", "algorithm", "\"HS256\""),
            ("jwt.key", "secret", "\"no base64, no base64url and no hex\""),
        ];
        let mut text = String::new();
        for KeyTable { name, repeats, .. } in &TABLES {
            let tested = *name == table.name;
            if !name.is_empty() && (tested || base.iter().any(|(of, ..)| of == name)) {
                text += &if *repeats { format!("[[{name}]]\n") } else { format!("[{name}]\n") };
            }
            for (of, other, value) in base {
                if of == *name && !(tested && other == key.name) {
                    text += &format!("{other} = {value}\n");
                }
            }
            if let (true, Some(value)) = (tested, value) {
                text += &format!("{} = {value}\n", key.name);
            }
        }
        text
    }

    /// What comes of it, as text: settings, or what is wrong.
    fn outcome(table: &KeyTable, key: &Key, value: Option<&str>) -> Result<String, PolicyError> {
        let read = settings::read(&document(table, key, value), Syntax::Toml, None);
        read.map(|(settings, _)| format!("{settings:?}"))
    }

    fn each(mut test: impl FnMut(&KeyTable, &Key)) {
        for table in &TABLES {
            for key in table.keys.iter().filter(|key| !matches!(key.kind, Kind::Table)) {
                test(table, key);
            }
        }
    }

    fn refusal(table: &KeyTable, key: &Key, value: &str) -> String {
        let error = outcome(table, key, Some(value)).expect_err(key.name);
        let last = error.path().rsplit('.').next().unwrap_or_default().to_owned();
        assert_eq!(last, key.name, "{}", error.path());
        error.message().to_owned()
    }

    #[test]
    fn every_key_is_of_its_type() {
        each(|table, key| {
            let message = refusal(table, key, "1.5");
            let expected = match key.kind {
                Kind::Truth => "must be true or false, not a fraction",
                Kind::Text | Kind::Word(_) => "must be a string, not a fraction",
                Kind::Texts | Kind::TextOrTexts => "must be an array of strings, not a fraction",
                Kind::Integer { .. } => "must be an integer, not a fraction",
                Kind::Moment => "must be a time",
                Kind::Table => unreachable!(),
            };
            assert!(message.starts_with(expected), "{}.{}: {message}", table.name, key.name);
            let one = outcome(table, key, Some("\"text\""));
            let alone = one.is_ok_and(|text| text.contains("[\"text\"]"));
            assert_eq!(alone, matches!(key.kind, Kind::TextOrTexts), "{}.{}", table.name, key.name);
        });
    }

    #[test]
    fn every_word_and_every_bound_is_the_readers() {
        each(|table, key| match key.kind {
            Kind::Word(words) => {
                let list: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                let message = refusal(table, key, "\"no such word\"");
                assert_eq!(message, format!("must be one of {}", list.join(", ")));
            }
            Kind::Integer { least, most, .. } => {
                for beyond in [least - 1, most + 1] {
                    let message = refusal(table, key, &beyond.to_string());
                    assert_eq!(message, format!("must be from {least} to {most}"));
                }
                for within in [least, most] {
                    outcome(table, key, Some(&within.to_string())).expect(key.name);
                }
            }
            _ => {}
        });
    }

    #[test]
    fn every_default_is_what_counts_where_the_key_is_absent() {
        each(|table, key| {
            let absent = outcome(table, key, None);
            if key.default == "(required)" {
                assert!(absent.unwrap_err().message().contains("required"), "{}", key.name);
            } else if !key.default.is_empty() && !key.default.starts_with('(') {
                let absent = absent.expect(key.name);
                assert_eq!(outcome(table, key, Some(key.default)).expect(key.name), absent);
                let other = match key.kind {
                    Kind::Truth => "true".to_owned(),
                    Kind::Word(words) => format!("\"{}\"", words.last().expect("a word")),
                    Kind::Integer { least, .. } => least.to_string(),
                    Kind::Texts => "[\"query:other\"]".to_owned(),
                    _ => "\"other\"".to_owned(),
                };
                assert_ne!(outcome(table, key, Some(&other)).ok(), Some(absent), "{}", key.name);
            }
        });
    }
}
