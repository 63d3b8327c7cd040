//! The document, read and checked: every value owned, every secret hashed or keyed.

use crate::clock;
use crate::error::{PolicyError, Warning};
use crate::keys;
use crate::secret::{self, Sources};
use crate::tree::{Node, Syntax, Table};
use doorward_core::limits::{MAX_KEYS, MAX_KID_BYTES, MAX_REALM_BYTES, MAX_TOKEN_BYTES};
use doorward_core::{
    AbsentOrigin, Algorithm, Cidr, ClaimRules, Digest, Encoding, Gate, Host, HostPattern, Key,
    OriginMode, Place, Reason, ScopeRules, UnixTime, Unprotected, capability, origin,
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use zeroize::Zeroizing;

#[cfg_attr(test, derive(Debug))]
pub(crate) struct Settings {
    pub(crate) realm: String,
    pub(crate) listen: Listen,
    pub(crate) host: HostSettings,
    pub(crate) origin: OriginSettings,
    pub(crate) credential: CredentialSettings,
    pub(crate) capabilities: Vec<CapabilitySettings>,
    pub(crate) jwt: Option<JwtSettings>,
    pub(crate) scope: ScopeSettings,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct Listen {
    pub(crate) address: Option<IpAddr>,
    pub(crate) without_credential: Unprotected,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct HostSettings {
    pub(crate) allow: Option<Vec<String>>,
    pub(crate) trusted_proxies: Vec<Cidr>,
    pub(crate) unchecked: bool,
    pub(crate) forwarded_lenient: bool,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct OriginSettings {
    pub(crate) mode: OriginMode,
    pub(crate) allow: Vec<String>,
    pub(crate) absent: AbsentOrigin,
    pub(crate) allow_null: bool,
    pub(crate) loopback_aliases: bool,
    pub(crate) ignore_scheme: bool,
    pub(crate) https_page_on_http: bool,
    pub(crate) accept_unserialized: bool,
    pub(crate) empty_is_absent: bool,
    pub(crate) ignore_fetch_site: bool,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct CredentialSettings {
    pub(crate) places: Vec<String>,
    pub(crate) anonymous: bool,
    pub(crate) first_present_wins: bool,
    pub(crate) max_token_bytes: usize,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct CapabilitySettings {
    pub(crate) id: String,
    pub(crate) weak: bool,
    pub(crate) digest: Digest,
    pub(crate) expires: Option<UnixTime>,
    pub(crate) scopes: Vec<String>,
    pub(crate) resources: Vec<String>,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct JwtSettings {
    pub(crate) keys: Vec<Key<'static>>,
    pub(crate) key_ids: Vec<Option<String>>,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) subject: Option<String>,
    pub(crate) leeway: u32,
    pub(crate) required: Vec<String>,
    pub(crate) max_lifetime: Option<u64>,
    pub(crate) max_age: Option<u64>,
    pub(crate) types: Vec<String>,
    pub(crate) revoked: Vec<String>,
    pub(crate) ignore_type: bool,
    pub(crate) ignore_kid: bool,
    pub(crate) ignore_audience: bool,
    pub(crate) valid_at_expiry: bool,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct ScopeSettings {
    pub(crate) require: Vec<String>,
    pub(crate) claim: String,
    pub(crate) resource: Option<String>,
    pub(crate) resource_claim: String,
}

/// Reads a document. `base` is the folder that relative secret paths are meant from.
pub(crate) fn read(
    text: &str,
    syntax: Syntax,
    base: Option<&Path>,
) -> Result<(Settings, Vec<Warning>), PolicyError> {
    let node = Node::parse(text, syntax)?;
    let root = Table::root(text, &node, &keys::ROOT)?;
    let mut warnings = Vec::new();
    let listen = read_listen(&root)?;
    let settings = Settings {
        realm: read_realm(&root)?,
        host: read_host(&root, &listen)?,
        origin: read_origin(&root)?,
        credential: read_credential(&root)?,
        jwt: read_jwt(&root, base, &mut warnings)?,
        capabilities: read_capabilities(&root, base, &mut warnings)?,
        scope: read_scope(&root)?,
        listen,
    };
    let nobody = settings.capabilities.is_empty() && settings.jwt.is_none();
    if nobody && !settings.credential.anonymous {
        let message = "no credential is configured: add [[capability]] or [jwt], or say \
                       anonymous = true under [credential]";
        return Err(root.error("credential", Reason::ConfigInvalid, message));
    }
    warn_of_habits(&settings, &mut warnings);
    Ok((settings, warnings))
}

/// What is allowed and seldom meant.
fn warn_of_habits(settings: &Settings, warnings: &mut Vec<Warning>) {
    let mut warn = |path: String, message: &str| {
        warnings.push(Warning { path, message: message.to_owned() });
    };
    for (i, entry) in settings.capabilities.iter().enumerate() {
        if entry.expires.is_some_and(|expires| expires <= clock::now()) {
            warn(format!("capability[{i}].expires"), "this entry has expired");
        }
    }
    let compares =
        matches!(settings.origin.mode, OriginMode::SameOrigin | OriginMode::SameOriginOrList);
    if compares && settings.host.allow.is_none() && settings.credential.anonymous {
        let message = "without a list of hosts and without a credential, a page whose DNS name was \
                       rebound to this server passes for its own";
        warn("host.allow".to_owned(), message);
    }
}

fn read_realm(root: &Table<'_>) -> Result<String, PolicyError> {
    let realm = root.string("realm")?.unwrap_or(Gate::default().realm);
    let plain = |byte: u8| matches!(byte, 0x20..=0x7e) && byte != b'"' && byte != b'\\';
    if realm.len() <= MAX_REALM_BYTES && realm.bytes().all(plain) {
        return Ok(realm.to_owned());
    }
    let message =
        format!("must be at most {MAX_REALM_BYTES} printable ASCII characters without \" and \\");
    Err(root.error("realm", Reason::ConfigInvalid, message))
}

fn read_listen(root: &Table<'_>) -> Result<Listen, PolicyError> {
    let mut listen = Listen { address: None, without_credential: Unprotected::Refuse };
    let Some(table) = root.table("listen", &keys::LISTEN)? else {
        return Ok(listen);
    };
    if let Some(text) = table.string("address")? {
        let address = read_address(text).ok_or_else(|| {
            let message = "must be an address and a port, such as \"127.0.0.1:8080\"";
            table.error("address", Reason::ConfigInvalid, message)
        })?;
        listen.address = Some(address);
    }
    let modes = [("refuse", Unprotected::Refuse), ("warn", Unprotected::Warn)];
    listen.without_credential = table.word("without_credential", &modes)?.unwrap_or_default();
    Ok(listen)
}

/// The address of a listener: `IP:port`, the address alone, or `name:port`. No name is looked up:
/// `localhost` is loopback, and any other name is taken for `0.0.0.0`, an address that other machines
/// reach.
#[must_use]
pub fn read_address(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address.ip());
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address);
    }
    let name = Host::parse(text.as_bytes())?;
    name.port()?;
    Some(if name.is_loopback_name() { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED }.into())
}

fn read_host(root: &Table<'_>, listen: &Listen) -> Result<HostSettings, PolicyError> {
    let mut host = HostSettings {
        allow: None,
        trusted_proxies: Vec::new(),
        unchecked: false,
        forwarded_lenient: false,
    };
    if let Some(table) = root.table("host", &keys::HOST)? {
        host.allow = table.lines("allow", false)?;
        for (i, line) in host.allow.iter().flatten().enumerate() {
            HostPattern::parse(line).map_err(|reason| {
                let message = "must be host, host:port or host:*, where host is a name, an \
                               address or *.name";
                table.element_error("allow", i, reason, message)
            })?;
        }
        for (i, line) in
            table.strings("trusted_proxies", false)?.unwrap_or_default().iter().enumerate()
        {
            let block = Cidr::parse(line).map_err(|reason| {
                let message = "must be an address or a block such as \"10.0.0.0/8\", with no bit \
                               set behind the prefix";
                table.element_error("trusted_proxies", i, reason, message)
            })?;
            host.trusted_proxies.push(block);
        }
        host.unchecked = table.bool("unchecked")?;
        host.forwarded_lenient = table.bool("forwarded_lenient")?;
        if host.forwarded_lenient && host.trusted_proxies.is_empty() {
            let message = "has no effect without trusted_proxies";
            return Err(table.error("forwarded_lenient", Reason::ConfigInvalid, message));
        }
        if host.unchecked && host.allow.is_some() {
            let message = "unchecked = true and a list of hosts contradict each other";
            return Err(table.error("unchecked", Reason::ConfigInvalid, message));
        }
    }
    let on_loopback = listen.address.is_some_and(doorward_core::listen::is_loopback);
    if on_loopback && host.allow.is_none() && !host.unchecked {
        let names = ["localhost:*", "127.0.0.1:*", "[::1]:*"];
        host.allow = Some(names.map(str::to_owned).to_vec());
    }
    Ok(host)
}

fn read_origin(root: &Table<'_>) -> Result<OriginSettings, PolicyError> {
    let mut origin = OriginSettings {
        mode: OriginMode::SameOrigin,
        allow: Vec::new(),
        absent: AbsentOrigin::AllowNative,
        allow_null: false,
        loopback_aliases: false,
        ignore_scheme: false,
        https_page_on_http: false,
        accept_unserialized: false,
        empty_is_absent: false,
        ignore_fetch_site: false,
    };
    let Some(table) = root.table("origin", &keys::ORIGIN)? else {
        return Ok(origin);
    };
    let modes = [
        ("same-origin", OriginMode::SameOrigin),
        ("list", OriginMode::List),
        ("same-origin-or-list", OriginMode::SameOriginOrList),
        ("none-allowed", OriginMode::NoneAllowed),
        ("after-credential", OriginMode::AfterCredential),
        ("off", OriginMode::Off),
    ];
    origin.mode = table.word("mode", &modes)?.unwrap_or_default();
    let absences = [
        ("allow-native", AbsentOrigin::AllowNative),
        ("require", AbsentOrigin::Require),
        ("allow", AbsentOrigin::Allow),
    ];
    origin.absent = table.word("absent", &absences)?.unwrap_or_default();
    let has_list = matches!(origin.mode, OriginMode::List | OriginMode::SameOriginOrList);
    match table.lines("allow", false)? {
        None if origin.mode == OriginMode::List => {
            return Err(table.error("allow", Reason::ConfigInvalid, "mode \"list\" needs a list"));
        }
        Some(_) if !has_list => {
            let message = "the list is not used in this mode; set mode to \"list\" or \
                           \"same-origin-or-list\"";
            return Err(table.error("allow", Reason::ConfigInvalid, message));
        }
        lines => origin.allow = canonical_lines(&table, &lines.unwrap_or_default())?,
    }
    origin.allow_null = table.bool("allow_null")?;
    origin.loopback_aliases = table.bool("loopback_aliases")?;
    origin.ignore_scheme = table.bool("ignore_scheme")?;
    origin.https_page_on_http = table.bool("https_page_on_http")?;
    origin.accept_unserialized = table.bool("accept_unserialized")?;
    origin.empty_is_absent = table.bool("empty_is_absent")?;
    origin.ignore_fetch_site = table.bool("ignore_fetch_site")?;
    Ok(origin)
}

fn canonical_lines(table: &Table<'_>, lines: &[String]) -> Result<Vec<String>, PolicyError> {
    let one = |(i, line): (usize, &String)| {
        origin::canonical(line).map(|text| text.as_str().to_owned()).map_err(|reason| {
            let message = "must be scheme://host[:port] without a path, where host may be *.name \
                           for one label, and the port of a loopback name may be *";
            table.element_error("allow", i, reason, message)
        })
    };
    lines.iter().enumerate().map(one).collect()
}

fn read_credential(root: &Table<'_>) -> Result<CredentialSettings, PolicyError> {
    let mut credential = CredentialSettings {
        places: vec!["authorization".to_owned()],
        anonymous: false,
        first_present_wins: false,
        max_token_bytes: MAX_TOKEN_BYTES,
    };
    let Some(table) = root.table("credential", &keys::CREDENTIAL)? else {
        return Ok(credential);
    };
    if let Some(places) = table.strings("places", false)? {
        if places.is_empty() {
            return Err(table.error("places", Reason::ConfigInvalid, "must name a place"));
        }
        for (i, place) in places.iter().enumerate() {
            let message = if Place::parse(place).is_err() {
                "must be authorization, cookie:NAME, query:NAME, header:NAME or subprotocol:PREFIX"
            } else if overlaps(&places[..i], place) {
                "this place and one before it would both take the same text"
            } else {
                continue;
            };
            return Err(table.element_error("places", i, Reason::ConfigInvalid, message));
        }
        credential.places = places;
    }
    credential.anonymous = table.bool("anonymous")?;
    credential.first_present_wins = table.bool("first_present_wins")?;
    if let Some(bytes) = table.integer("max_token_bytes")? {
        credential.max_token_bytes = usize::try_from(bytes).unwrap_or(MAX_TOKEN_BYTES);
    }
    Ok(credential)
}

fn overlaps(before: &[String], place: &str) -> bool {
    let place = Place::parse(place);
    before.iter().any(|other| match (&place, Place::parse(other)) {
        (Ok(place), Ok(other)) => place.overlaps(&other),
        _ => false,
    })
}

fn read_capabilities(
    root: &Table<'_>,
    base: Option<&Path>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<CapabilitySettings>, PolicyError> {
    let with_jwt = root.has("jwt");
    let mut entries: Vec<CapabilitySettings> = Vec::new();
    for table in root.tables("capability", &keys::CAPABILITY)? {
        let id = table.required("id")?.to_owned();
        let visible = id.bytes().all(|byte| matches!(byte, 0x21..=0x7e));
        if id.is_empty() || id.len() > MAX_KID_BYTES || !visible {
            let message = "must be 1 to 128 visible ASCII characters";
            return Err(table.error("id", Reason::ConfigInvalid, message));
        }
        if entries.iter().any(|entry| entry.id == id) {
            return Err(table.error("id", Reason::ConfigInvalid, "this id stands twice"));
        }
        let digest = read_digest(&table, base, with_jwt, warnings)?;
        if entries.iter().any(|entry| entry.digest == digest) {
            let message = "another entry has the same token";
            return Err(table.error("id", Reason::CapabilityInvalid, message));
        }
        entries.push(CapabilitySettings {
            id,
            digest,
            weak: table.bool("weak")?,
            expires: table.moment("expires")?.map(UnixTime::from_seconds),
            scopes: read_scopes(&table, "scopes")?,
            resources: table.strings("resources", false)?.unwrap_or_default(),
        });
    }
    Ok(entries)
}

fn read_digest(
    table: &Table<'_>,
    base: Option<&Path>,
    with_jwt: bool,
    warnings: &mut Vec<Warning>,
) -> Result<Digest, PolicyError> {
    let invalid = Reason::CapabilityInvalid;
    let tokens = Sources { file: "token_file", env: "token_env", inline: "token", reason: invalid };
    let weak = table.bool("weak")?;
    let token = secret::read(table, &tokens, base, warnings)?;
    let hex = table.string("sha256")?;
    let hex_file = table.string("sha256_file")?;
    if weak && token.is_none() {
        let message = "goes with token_file, token_env or token: a digest does not show how long its \
                       token is";
        return Err(table.error("weak", Reason::ConfigInvalid, message));
    }
    match (token, hex, hex_file) {
        (Some(token), None, None) => {
            capability::check_strength(&token.bytes, weak).map_err(|reason| {
                let message = "a token has at least 22 characters (weak = true permits fewer), \
                               all of them A-Z a-z 0-9 - . _ ~ + /";
                table.error(token.key, reason, message)
            })?;
            if with_jwt && doorward_core::jwt::has_two_dots(&token.bytes) {
                let message = "a capability token with exactly two dots would be taken for a \
                               signed token";
                return Err(table.error(token.key, invalid, message));
            }
            Ok(Digest::of(&token.bytes))
        }
        (None, Some(hex), None) => parse_digest(table, "sha256", hex),
        (None, None, Some(path)) => {
            let warn = |message| {
                warnings.push(Warning { path: table.path("sha256_file"), message });
            };
            let bytes = secret::digest_file(base, path, warn)
                .map_err(|message| table.error("sha256_file", invalid, message))?;
            parse_digest(table, "sha256_file", &String::from_utf8_lossy(&bytes))
        }
        _ => {
            let message = "give exactly one of sha256, sha256_file, token_file, token_env, token";
            Err(table.error("sha256", Reason::ConfigInvalid, message))
        }
    }
}

fn parse_digest(table: &Table<'_>, key: &str, hex: &str) -> Result<Digest, PolicyError> {
    Digest::from_hex(hex.trim_ascii()).ok_or_else(|| {
        let message = "must be the SHA-256 of the token: 64 hexadecimal digits";
        table.error(key, Reason::CapabilityInvalid, message)
    })
}

/// Scopes go into a challenge: RFC 6749 §3.3 gives their alphabet.
fn read_scopes(table: &Table<'_>, key: &'static str) -> Result<Vec<String>, PolicyError> {
    let scopes = table.strings(key, false)?.unwrap_or_default();
    let token = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    match scopes.iter().position(|scope| scope.is_empty() || !scope.bytes().all(token)) {
        None => Ok(scopes),
        Some(i) => {
            let message = "must be visible ASCII without space, \" and \\";
            Err(table.element_error(key, i, Reason::ConfigInvalid, message))
        }
    }
}

fn read_jwt(
    root: &Table<'_>,
    base: Option<&Path>,
    warnings: &mut Vec<Warning>,
) -> Result<Option<JwtSettings>, PolicyError> {
    let Some(table) = root.table("jwt", &keys::JWT)? else {
        return Ok(None);
    };
    let (keys, key_ids) = read_keys(&table, base, warnings)?;
    let audience = table.names("audience", true)?;
    let seconds =
        |key: &'static str| Ok(table.integer(key)?.and_then(|seconds| u64::try_from(seconds).ok()));
    let leeway = table.integer("leeway")?;
    let jwt = JwtSettings {
        keys,
        key_ids,
        issuer: table.name("issuer")?.map(str::to_owned),
        audience: audience.unwrap_or_default(),
        subject: table.name("subject")?.map(str::to_owned),
        leeway: leeway
            .and_then(|leeway| u32::try_from(leeway).ok())
            .unwrap_or(ClaimRules::default().leeway),
        required: table.names("required", false)?.unwrap_or_default(),
        max_lifetime: seconds("max_lifetime")?,
        max_age: seconds("max_age")?,
        types: table.names("typ", true)?.unwrap_or_default(),
        revoked: table.strings("revoked", false)?.unwrap_or_default(),
        ignore_type: table.bool("ignore_typ")?,
        ignore_kid: table.bool("ignore_kid")?,
        ignore_audience: table.bool("ignore_audience")?,
        valid_at_expiry: table.bool("valid_at_expiry")?,
    };
    if jwt.ignore_audience && !jwt.audience.is_empty() {
        let message = "ignore_audience = true and an audience contradict each other";
        return Err(table.error("ignore_audience", Reason::ConfigInvalid, message));
    }
    if jwt.ignore_type && !jwt.types.is_empty() {
        let message = "ignore_typ = true and typ contradict each other";
        return Err(table.error("ignore_typ", Reason::ConfigInvalid, message));
    }
    Ok(Some(jwt))
}

type Keys = (Vec<Key<'static>>, Vec<Option<String>>);

fn read_keys(
    jwt: &Table<'_>,
    base: Option<&Path>,
    warnings: &mut Vec<Warning>,
) -> Result<Keys, PolicyError> {
    let tables = jwt.tables("key", &keys::JWT_KEY)?;
    if tables.is_empty() {
        return Err(jwt.error("key", Reason::ConfigInvalid, "[[jwt.key]] is required"));
    }
    if tables.len() > MAX_KEYS {
        let message = format!("at most {MAX_KEYS} keys: a token without kid costs a MAC for each");
        return Err(jwt.error("key", Reason::KeyInvalid, message));
    }
    // No reallocation leaves a copy of a keyed state behind.
    let mut keys = Vec::with_capacity(tables.len());
    let mut ids = Vec::<Option<String>>::new();
    for table in tables {
        let id = table.string("id")?.map(str::to_owned);
        if id.is_some() && ids.contains(&id) {
            return Err(table.error("id", Reason::KeyInvalid, "this id stands twice"));
        }
        if id.as_ref().is_some_and(|id| id.is_empty() || id.len() > MAX_KID_BYTES) {
            let message = format!("must have 1 to {MAX_KID_BYTES} bytes");
            return Err(table.error("id", Reason::KeyInvalid, message));
        }
        keys.push(read_key(&table, base, warnings)?);
        ids.push(id);
    }
    Ok((keys, ids))
}

/// The key without its id, which the settings own and [`crate::loaded`] puts beside it.
fn read_key(
    table: &Table<'_>,
    base: Option<&Path>,
    warnings: &mut Vec<Warning>,
) -> Result<Key<'static>, PolicyError> {
    let invalid = Reason::KeyInvalid;
    let algorithms = Algorithm::ALL.map(|algorithm| (algorithm.name(), algorithm));
    let algorithm = table.word("algorithm", &algorithms)?.ok_or_else(|| {
        table.error(
            "algorithm",
            Reason::ConfigInvalid,
            "this key is required: HS256, HS384 or HS512",
        )
    })?;
    let encodings = [
        ("utf8", Encoding::Utf8),
        ("base64", Encoding::Base64),
        ("base64url", Encoding::Base64Url),
        ("hex", Encoding::Hex),
    ];
    let encoding = table.word("encoding", &encodings)?.unwrap_or_default();
    let sources =
        Sources { file: "secret_file", env: "secret_env", inline: "secret", reason: invalid };
    let secret = secret::read(table, &sources, base, warnings)?.ok_or_else(|| {
        let message = "give one of secret_file, secret_env, secret";
        table.error("secret_file", Reason::ConfigInvalid, message)
    })?;
    if encoding == Encoding::Utf8 && has_blank_ends(&secret.bytes) {
        let message =
            "the secret begins or ends with white space or a byte order mark, which count";
        warnings.push(Warning { path: table.path(secret.key), message: message.to_owned() });
    }
    let mut room = Zeroizing::new(vec![0; secret.bytes.len()]);
    let bytes = encoding.decode(&secret.bytes, &mut room).map_err(|reason| {
        let message = "the secret is not of its encoding; is `encoding` right?";
        table.error(secret.key, reason, message)
    })?;
    Key::new(None, algorithm, bytes).map_err(|reason| {
        let needed = algorithm.bytes();
        let message = if bytes.len() < needed {
            format!(
                "the secret has {} bytes, {} needs at least {needed} (RFC 7518 §3.2)",
                bytes.len(),
                algorithm.name()
            )
        } else {
            "this is the text of an asymmetric or wrapped key, not an HMAC secret".to_owned()
        };
        table.error(secret.key, reason, message)
    })
}

fn has_blank_ends(secret: &[u8]) -> bool {
    let blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    blank(secret.first()) || blank(secret.last()) || secret.starts_with(b"\xef\xbb\xbf")
}

fn read_scope(root: &Table<'_>) -> Result<ScopeSettings, PolicyError> {
    let mut scope = ScopeSettings {
        require: Vec::new(),
        claim: ScopeRules::default().claim.to_owned(),
        resource: None,
        resource_claim: ScopeRules::default().resource_claim.to_owned(),
    };
    let Some(table) = root.table("scope", &keys::SCOPE)? else {
        return Ok(scope);
    };
    scope.require = read_scopes(&table, "require")?;
    if let Some(claim) = table.name("claim")? {
        claim.clone_into(&mut scope.claim);
    }
    scope.resource = table.name("resource")?.map(str::to_owned);
    if let Some(claim) = table.name("resource_claim")? {
        claim.clone_into(&mut scope.resource_claim);
    }
    Ok(scope)
}
