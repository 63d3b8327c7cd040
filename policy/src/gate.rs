//! The handle that a server holds: shared, and replaced as a whole.

use crate::clock;
use crate::error::{PolicyError, Warning};
use crate::explain::{self, Explanation};
use crate::loaded::Loaded;
use crate::principal::Principal;
use crate::secret;
use crate::settings::{self, Settings};
use crate::tree::Syntax;
use arc_swap::{ArcSwap, Guard};
use doorward_core::{Decision, Reason, Request, Startup, UnixTime};
use std::cell::RefCell;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// Where a policy came from: what a reload reads again.
#[derive(Clone)]
enum Source {
    /// The path to read, wherever the process has gone by then, and as it was given, for messages.
    File { path: PathBuf, told: PathBuf, syntax: Syntax },
    /// The text, which may hold a secret.
    Text(Arc<Zeroizing<String>>, Syntax),
    /// Of a gate that is closed: nothing.
    Closed,
}

impl Source {
    fn text(text: &str, syntax: Syntax) -> Self {
        Self::Text(Arc::new(Zeroizing::new(text.to_owned())), syntax)
    }

    fn load(&self) -> Result<(Loaded, Vec<Warning>), PolicyError> {
        match self {
            Self::Text(text, syntax) => load(text, *syntax, None),
            Self::Closed => Err(PolicyError::new(Reason::ConfigInvalid, "", "the gate is closed")),
            Self::File { path, told, syntax } => {
                let failed = |message: String| {
                    PolicyError::new(Reason::ConfigInvalid, "", message).in_file(told)
                };
                let (bytes, mode) =
                    secret::read_regular(path, MAX_DOCUMENT_BYTES).map_err(failed)?;
                let text = std::str::from_utf8(&bytes).map_err(|_| failed("not UTF-8".into()))?;
                let (loaded, mut warnings) =
                    load(text, *syntax, path.parent()).map_err(|error| error.in_file(told))?;
                if mode & 0o002 != 0 {
                    let message = format!("everybody can write this document (mode {mode:03o})");
                    warnings.push(Warning { path: String::new(), message });
                }
                Ok((loaded, warnings))
            }
        }
    }
}

/// A document of ten thousand origins has half of this.
const MAX_DOCUMENT_BYTES: u64 = 1024 * 1024;

fn load(
    text: &str,
    syntax: Syntax,
    base: Option<&Path>,
) -> Result<(Loaded, Vec<Warning>), PolicyError> {
    let (settings, warnings) = settings::read(text, syntax, base)?;
    Ok((built(settings)?, warnings))
}

fn built(settings: Settings) -> Result<Loaded, PolicyError> {
    Loaded::build(settings).map_err(|reason| PolicyError::new(reason, "", reason.text()))
}

/// Rules that let nobody in: no document may have them, since whoever writes one means somebody.
fn nothing() -> Result<Loaded, PolicyError> {
    let (mut settings, _) = settings::read("[credential]\nanonymous = true", Syntax::Toml, None)?;
    settings.credential.anonymous = false;
    built(settings)
}

/// A policy document that was read and is in order.
pub struct Policy {
    loaded: Loaded,
    warnings: Vec<Warning>,
    source: Source,
}

impl Policy {
    /// Reads a document from a file: TOML if its name ends in `.toml`, JSON if in `.json`. Relative
    /// paths of secrets are meant from the file's folder.
    ///
    /// # Errors
    /// What is wrong, with line, column and the key's path.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        let path = path.as_ref();
        let syntax = match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => Syntax::Toml,
            Some("json") => Syntax::Json,
            _ => {
                let message = "the file's name must end in .toml or .json";
                return Err(PolicyError::new(Reason::ConfigInvalid, "", message).in_file(path));
            }
        };
        let absolute = std::path::absolute(path).map_err(|error| {
            PolicyError::new(Reason::ConfigInvalid, "", error.to_string()).in_file(path)
        })?;
        Self::from_source(Source::File { path: absolute, told: path.to_owned(), syntax })
    }

    /// Reads a TOML document. Relative paths of secrets are meant from the working directory.
    ///
    /// # Errors
    /// As [`Policy::from_file`].
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        Self::from_source(Source::text(text, Syntax::Toml))
    }

    /// Reads a JSON document, which has the same keys.
    ///
    /// # Errors
    /// As [`Policy::from_file`].
    pub fn from_json(text: &str) -> Result<Self, PolicyError> {
        Self::from_source(Source::text(text, Syntax::Json))
    }

    fn from_source(source: Source) -> Result<Self, PolicyError> {
        let (loaded, warnings) = source.load()?;
        Ok(Self { loaded, warnings, source })
    }

    /// What works and should not stay so, such as a secret file that everybody can read.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The gate of this policy.
    #[must_use]
    pub fn gate(self) -> Gate {
        Gate {
            shared: Arc::new(Shared {
                current: ArcSwap::from_pointee(self.loaded),
                source: Mutex::new(self.source),
            }),
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("warnings", &self.warnings).finish_non_exhaustive()
    }
}

/// A gate that any number of threads share: a clone is another handle to the same gate.
///
/// A reload replaces the rules as a whole. Decisions that are under way end under the old ones.
#[derive(Clone)]
pub struct Gate {
    shared: Arc<Shared>,
}

struct Shared {
    current: ArcSwap<Loaded>,
    source: Mutex<Source>,
}

thread_local! {
    /// The core's scratch buffer; it grows once to what the largest gate of the thread needs.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Gate {
    /// Reads a policy file: `Policy::from_file(path)?.gate()`.
    ///
    /// # Errors
    /// As [`Policy::from_file`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, PolicyError> {
        Ok(Policy::from_file(path)?.gate())
    }

    /// The rules of this moment, for deciding without an allocation.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { loaded: self.shared.current.load_full() }
    }

    /// The rules of this moment, for what ends at once: cheaper than a snapshot, which is there to be
    /// kept. A thread that keeps more than a few of them pays as for snapshots.
    #[must_use]
    pub fn current(&self) -> Current {
        Current { loaded: self.shared.current.load() }
    }

    /// Decides one request by the system's clock. The principal is the caller's to keep.
    ///
    /// # Errors
    /// The reason of a denial, or why there is no answer: [`Reason::status`] tells them apart.
    pub fn decide(&self, request: &Request<'_>) -> Result<Principal, Reason> {
        self.decide_at(request, clock::now())
    }

    /// Decides one request as of a given time.
    ///
    /// # Errors
    /// As [`Gate::decide`].
    pub fn decide_at(&self, request: &Request<'_>, now: UnixTime) -> Result<Principal, Reason> {
        self.snapshot().admit(request, now)
    }

    /// Reads the document and its secrets again. A document that is not in order changes nothing:
    /// the old rules stay.
    ///
    /// # Errors
    /// As [`Policy::from_file`].
    pub fn reload(&self) -> Result<Vec<Warning>, PolicyError> {
        // Held while reading, so that two reloads end in the order in which they began.
        let source = self.shared.source.lock().unwrap_or_else(PoisonError::into_inner);
        let (loaded, warnings) = source.load()?;
        self.shared.current.store(Arc::new(loaded));
        Ok(warnings)
    }

    /// Puts another policy in this one's place, for every handle to this gate. A closed gate stays closed.
    pub fn replace(&self, policy: Policy) {
        let mut source = self.shared.source.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*source, Source::Closed) {
            return;
        }
        *source = policy.source;
        self.shared.current.store(Arc::new(policy.loaded));
    }

    /// Ends the rules for every handle to the gate, while others may still ask: keys are wiped when the last decision
    /// that is under way has ended, and the last snapshot of them is gone. Whoever asks later is let in by no rule, and a
    /// reload is an error. It waits for a reload that is under way.
    ///
    /// # Errors
    /// None is known: that of rules without a credential, which are always the same.
    pub fn close(&self) -> Result<(), PolicyError> {
        let nothing = nothing()?;
        let mut source = self.shared.source.lock().unwrap_or_else(PoisonError::into_inner);
        *source = Source::Closed;
        self.shared.current.store(Arc::new(nothing));
        Ok(())
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}

/// The rules of one moment.
#[derive(Clone)]
pub struct Snapshot {
    loaded: Arc<Loaded>,
}

/// The rules of one moment, borrowed: what [`Gate::current`] gives.
pub struct Current {
    loaded: Guard<Arc<Loaded>>,
}

impl Current {
    /// The core's gate over these rules, where it lies: it has some 400 bytes to copy.
    #[must_use]
    pub fn gate(&self) -> &doorward_core::Gate<'_> {
        self.loaded.gate()
    }

    /// Bytes of scratch that a decision may need: [`doorward_core::Gate::scratch_bytes`], counted once.
    #[must_use]
    pub fn scratch_bytes(&self) -> usize {
        self.loaded.scratch_bytes()
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current")
    }
}

impl Snapshot {
    /// The core's gate over these rules.
    #[must_use]
    pub fn gate(&self) -> doorward_core::Gate<'_> {
        *self.loaded.gate()
    }

    /// The verifier of signed tokens of these rules; `None` without a `jwt` table.
    #[must_use]
    pub fn jwt(&self) -> Option<doorward_core::Jwt<'_>> {
        self.loaded.gate().jwt
    }

    /// Decides one request: see [`doorward_core::Gate::decide`]. Nothing is allocated.
    pub fn decide<'a>(
        &'a self,
        request: &Request<'a>,
        now: UnixTime,
        scratch: &'a mut [u8],
    ) -> Decision<'a> {
        self.loaded.gate().decide(request, now, scratch)
    }

    /// Decides one request in a scratch buffer of the thread's. The principal is the caller's to keep.
    ///
    /// # Errors
    /// The reason of a denial, or why there is no answer: [`Reason::status`] tells them apart.
    pub fn admit(&self, request: &Request<'_>, now: UnixTime) -> Result<Principal, Reason> {
        let gate = self.loaded.gate();
        SCRATCH.with_borrow_mut(|scratch| {
            let needed = gate.scratch_bytes();
            if scratch.len() < needed {
                scratch.resize(needed, 0);
            }
            match gate.decide(request, now, scratch) {
                Decision::Allow(principal) => Ok(Principal::new(&principal, gate.scope.claim)),
                Decision::Deny(reason) => Err(reason),
            }
        })
    }

    /// Bytes of scratch that a decision may need.
    #[must_use]
    pub fn scratch_bytes(&self) -> usize {
        self.loaded.scratch_bytes()
    }

    /// The `WWW-Authenticate` value that goes with a refusal, if one does.
    #[must_use]
    pub fn challenge(&self, reason: Reason) -> Option<String> {
        self.loaded.gate().challenge(reason).map(|challenge| challenge.as_str().to_owned())
    }

    /// Each check of a decision with the values that it compared, secrets left out.
    #[must_use]
    pub fn explain(&self, request: &Request<'_>, now: UnixTime) -> Explanation {
        explain::explain(self.loaded.gate(), request, now)
    }

    /// The address of the policy's `[listen]` table.
    #[must_use]
    pub fn listen_address(&self) -> Option<IpAddr> {
        self.loaded.settings().listen.address
    }

    /// The ids of the capability tokens that `weak` permits to be guessable.
    pub fn weak_capabilities(&self) -> impl Iterator<Item = &str> {
        let entries = &self.loaded.settings().capabilities;
        entries.iter().filter(|entry| entry.weak).map(|entry| entry.id.as_str())
    }

    /// Judges a listener before it is opened, by the policy's `without_credential`.
    ///
    /// # Errors
    /// [`Reason::StartupUnprotected`] if other machines reach it and no credential is configured.
    pub fn startup_check(&self, address: IpAddr) -> Result<Startup, Reason> {
        let mode = self.loaded.settings().listen.without_credential;
        let protected =
            self.loaded.gate().has_credential() && !self.loaded.gate().credential.anonymous;
        doorward_core::startup_check(address, protected, mode)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}
