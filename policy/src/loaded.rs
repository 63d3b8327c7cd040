//! The settings and the core's view of them, in one piece that owns itself.
//!
//! The core borrows its rules; a server's rules come and go with each reload. `self_cell` holds
//! owner and borrower together: first the settings with lists of borrowed names, then the rules over
//! those, in the order in which they are looked up, and the gate over these.

use crate::settings::{JwtSettings, Settings};
use doorward_core::{
    Capabilities, Capability, ClaimRules, CredentialRules, Gate, HostPattern, HostRules, Jwt, Key,
    OriginPattern, OriginRules, Origins, Place, Reason, ScopeRules,
};

/// Lists of names as the core wants them: slices of `&str`.
pub(crate) struct Lists<'s> {
    capability_scopes: Vec<Vec<&'s str>>,
    capability_resources: Vec<Vec<&'s str>>,
    audience: Vec<&'s str>,
    required: Vec<&'s str>,
    types: Vec<&'s str>,
    revoked: Vec<&'s str>,
    scopes: Vec<&'s str>,
}

/// The rules that have parts of their own.
pub(crate) struct Rules<'s> {
    settings: &'s Settings,
    lists: &'s Lists<'s>,
    hosts: Option<Vec<HostPattern<'s>>>,
    origins: Vec<OriginPattern<'s>>,
    places: Vec<Place<'s>>,
    capabilities: Vec<Capability<'s>>,
    keys: Vec<Key<'s>>,
}

/// The core's gate, and what [`Gate::scratch_bytes`] says of it.
pub(crate) struct Ready<'s> {
    gate: Gate<'s>,
    scratch_bytes: usize,
}

self_cell::self_cell! {
    pub(crate) struct Named {
        owner: Settings,

        #[covariant]
        dependent: Lists,
    }
}

self_cell::self_cell! {
    struct Ruled {
        owner: Named,

        #[covariant]
        dependent: Rules,
    }
}

self_cell::self_cell! {
    pub(crate) struct Loaded {
        owner: Ruled,

        #[covariant]
        dependent: Ready,
    }
}

impl Loaded {
    /// Builds the rules. The settings were checked line by line, so this fails only if the two
    /// disagree, which is then told as what it is.
    pub(crate) fn build(mut settings: Settings) -> Result<Self, Reason> {
        let keys = settings.jwt.as_mut().map(|jwt| std::mem::take(&mut jwt.keys));
        let named = Named::new(settings, lists);
        let ruled = Ruled::try_new(named, |named| rules(named, keys.unwrap_or_default()))?;
        Ok(Self::new(ruled, |ruled| {
            let gate = ruled.borrow_dependent().gate();
            let scratch_bytes = gate.scratch_bytes();
            Ready { gate, scratch_bytes }
        }))
    }

    /// What [`Gate::scratch_bytes`] says of these rules, which do not change.
    pub(crate) fn scratch_bytes(&self) -> usize {
        self.borrow_dependent().scratch_bytes
    }

    pub(crate) fn settings(&self) -> &Settings {
        self.borrow_owner().borrow_owner().borrow_owner()
    }

    /// The core's gate over these rules.
    pub(crate) fn gate(&self) -> &Gate<'_> {
        &self.borrow_dependent().gate
    }
}

impl Rules<'_> {
    fn gate(&self) -> Gate<'_> {
        let Rules { settings, lists, hosts, origins, places, capabilities, keys } = self;
        let (host, origin) = (&settings.host, &settings.origin);
        Gate {
            host: HostRules {
                allow: hosts.as_deref(),
                trusted_proxies: &host.trusted_proxies,
                unchecked: host.unchecked,
                forwarded_lenient: host.forwarded_lenient,
            },
            origin: OriginRules {
                mode: origin.mode,
                allow: Origins::new(origins),
                absent: origin.absent,
                allow_null: origin.allow_null,
                loopback_aliases: origin.loopback_aliases,
                ignore_scheme: origin.ignore_scheme,
                https_page_on_http: origin.https_page_on_http,
                accept_unserialized: origin.accept_unserialized,
                empty_is_absent: origin.empty_is_absent,
                ignore_fetch_site: origin.ignore_fetch_site,
            },
            credential: CredentialRules {
                places,
                anonymous: settings.credential.anonymous,
                first_present_wins: settings.credential.first_present_wins,
            },
            capabilities: Capabilities::new(capabilities),
            jwt: settings.jwt.as_ref().map(|jwt| verifier(jwt, lists, keys)),
            scope: ScopeRules {
                require: &lists.scopes,
                claim: &settings.scope.claim,
                resource: settings.scope.resource.as_deref(),
                resource_claim: &settings.scope.resource_claim,
            },
            max_token_bytes: settings.credential.max_token_bytes,
            realm: &settings.realm,
        }
    }
}

fn verifier<'s>(jwt: &'s JwtSettings, lists: &'s Lists<'s>, keys: &'s [Key<'s>]) -> Jwt<'s> {
    Jwt {
        keys,
        types: &lists.types,
        ignore_type: jwt.ignore_type,
        ignore_kid: jwt.ignore_kid,
        claims: ClaimRules {
            issuer: jwt.issuer.as_deref(),
            audience: &lists.audience,
            subject: jwt.subject.as_deref(),
            leeway: jwt.leeway,
            required: &lists.required,
            max_lifetime: jwt.max_lifetime,
            max_age: jwt.max_age,
            revoked: &lists.revoked,
            ignore_audience: jwt.ignore_audience,
            valid_at_expiry: jwt.valid_at_expiry,
        },
    }
}

fn names(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

fn lists(settings: &Settings) -> Lists<'_> {
    let jwt = |list: fn(&JwtSettings) -> &Vec<String>| {
        settings.jwt.as_ref().map(|jwt| names(list(jwt))).unwrap_or_default()
    };
    Lists {
        capability_scopes: settings.capabilities.iter().map(|entry| names(&entry.scopes)).collect(),
        capability_resources: settings
            .capabilities
            .iter()
            .map(|entry| names(&entry.resources))
            .collect(),
        audience: jwt(|jwt| &jwt.audience),
        required: jwt(|jwt| &jwt.required),
        types: jwt(|jwt| &jwt.types),
        revoked: jwt(|jwt| &jwt.revoked),
        scopes: names(&settings.scope.require),
    }
}

fn rules<'n>(named: &'n Named, keys: Vec<Key<'static>>) -> Result<Rules<'n>, Reason> {
    let (settings, lists) = (named.borrow_owner(), named.borrow_dependent());
    let hosts = settings.host.allow.as_ref().map(|lines| {
        lines.iter().map(|line| HostPattern::parse(line)).collect::<Result<Vec<_>, _>>()
    });
    let key_ids = settings.jwt.iter().flat_map(|jwt| &jwt.key_ids);
    let mut capabilities: Vec<_> = settings
        .capabilities
        .iter()
        .zip(lists.capability_scopes.iter().zip(&lists.capability_resources))
        .map(|(entry, (scopes, resources))| Capability {
            id: &entry.id,
            digest: entry.digest,
            expires: entry.expires,
            scopes,
            resources,
        })
        .collect();
    Capabilities::sort(&mut capabilities);
    let lines = settings.origin.allow.iter().map(|line| OriginPattern::new(line));
    let mut origins = lines.collect::<Result<Vec<_>, _>>()?;
    Origins::sort(&mut origins);
    Ok(Rules {
        settings,
        lists,
        hosts: hosts.transpose()?,
        origins,
        places: settings
            .credential
            .places
            .iter()
            .map(|place| Place::parse(place))
            .collect::<Result<_, _>>()?,
        capabilities,
        keys: keys.into_iter().zip(key_ids).map(|(key, id)| key.with_id(id.as_deref())).collect(),
    })
}
