use super::document;
use super::key::{KeyArgs, KeyFault, Secret};
use crate::outcome::Failure;
use crate::single;
use clap::Args;
use doorward_core::limits::{MAX_LEEWAY, MAX_TOKEN_BYTES};
use doorward_core::{Capabilities, ClaimRules, Gate, Jwt, Key, Parsed, Reason, UnixTime};
use std::path::PathBuf;

/// What a token is judged by: a key and rules of the command line, or a policy's.
#[derive(Args)]
pub(super) struct VerifierArgs {
    #[command(flatten)]
    key: KeyArgs,

    /// The policy document whose jwt table judges, in place of all other rules
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["secret_file", "secret_env", "encoding", "alg", "kid"])]
    #[arg(conflicts_with_all = ["issuer", "audience", "leeway", "ignore_kid"])]
    policy: Option<PathBuf>,

    /// The issuer that is accepted
    #[arg(long, value_name = "ISS")]
    issuer: Option<String>,

    /// An audience of this server; may be repeated
    #[arg(long, value_name = "AUD")]
    audience: Vec<String>,

    /// Seconds of clock skew that are granted
    #[arg(long, value_name = "SECONDS", default_value_t = ClaimRules::default().leeway)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_LEEWAY)))]
    leeway: u32,

    /// Takes a token whatever kid it names
    #[arg(long)]
    ignore_kid: bool,
}

/// A verifier and what is known of its secrets.
pub(super) struct Verifier<'a> {
    pub(super) jwt: Jwt<'a>,
    /// Why the one key could not be made.
    pub(super) fault: Option<KeyFault>,
    /// The secrets as they were found, for the readings that nobody configured.
    pub(super) secrets: &'a [Secret],
    /// The policy's gate, if there is one.
    pub(super) gate: Option<Gate<'a>>,
}

impl VerifierArgs {
    /// Builds the verifier and lends it. Without a secret it can only look at the form.
    pub(super) fn with<T>(
        &self,
        no_secret: bool,
        judge: impl FnOnce(&Verifier<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Some(path) = &self.policy {
            let snapshot = crate::document::gate(path)?.snapshot();
            let gate = snapshot.gate();
            let jwt = gate.jwt.ok_or_else(|| {
                Failure::usage(format!("{}: there is no [jwt] table", path.display()))
            })?;
            return judge(&Verifier {
                jwt,
                fault: None,
                secrets: &document::secrets(path),
                gate: Some(gate),
            });
        }
        let secrets = if no_secret { Vec::new() } else { vec![self.key.read()?] };
        let (mut keys, mut fault) = (Vec::new(), None);
        for secret in &secrets {
            match secret.key() {
                Ok(key) => keys.push(key),
                Err(wrong) => fault = Some(wrong),
            }
        }
        let audience: Vec<&str> = self.audience.iter().map(String::as_str).collect();
        judge(&Verifier {
            jwt: Jwt {
                ignore_kid: self.ignore_kid,
                claims: ClaimRules {
                    issuer: self.issuer.as_deref(),
                    audience: &audience,
                    leeway: self.leeway,
                    ..ClaimRules::default()
                },
                ..Jwt::new(&keys)
            },
            fault,
            secrets: &secrets,
            gate: None,
        })
    }
}

/// The stages that a token passes through, and where it was stopped.
pub(super) struct Judgement {
    /// The reason, if it was stopped.
    pub(super) reason: Option<Reason>,
    /// The stages that it reached, the last one being where it was stopped.
    pub(super) reached: usize,
    /// The payload, once the MAC is proven.
    pub(super) payload: Option<String>,
    /// `sub`, if it may come in.
    pub(super) subject: Option<String>,
    /// The id of the key that proved it.
    pub(super) key: Option<String>,
}

impl Judgement {
    /// The stages in their order.
    pub(super) const STAGES: [&str; 4] = ["form", "proof", "claims", "scope"];
}

impl Verifier<'_> {
    /// Judges a token as a server with these rules would.
    pub(super) fn judge(&self, token: &[u8], now: UnixTime) -> Judgement {
        let mut judgement =
            Judgement { reason: None, reached: 1, payload: None, subject: None, key: None };
        judgement.reason = self.stages(token, now, &mut judgement).err();
        judgement
    }

    fn stages(&self, token: &[u8], now: UnixTime, so_far: &mut Judgement) -> Result<(), Reason> {
        let max = self.gate.map_or(MAX_TOKEN_BYTES, |gate| gate.max_token_bytes);
        let parsed = Parsed::parse(token, max, &self.jwt)?;
        so_far.reached += 1;
        let mut scratch = vec![0; Jwt::scratch_bytes(token.len())];
        let signed = parsed.prove(&mut scratch)?;
        so_far.reached += 1;
        so_far.payload = Some(String::from_utf8_lossy(signed.payload()).into_owned());
        let key = self.jwt.keys.get(signed.key());
        so_far.key = key.and_then(Key::id).map(str::to_owned);
        let claims = signed.claims(&self.jwt.claims, now)?;
        so_far.reached += 1;
        if let Some(gate) = &self.gate {
            scope(gate, token, now)?;
        }
        so_far.subject = claims.subject().map(|subject| subject.to_string());
        Ok(())
    }
}

/// What a policy asks behind the claims.
fn scope(gate: &Gate<'_>, token: &[u8], now: UnixTime) -> Result<(), Reason> {
    // Without its entries the gate takes every credential for a signed token.
    let gate = Gate { capabilities: Capabilities::NONE, ..*gate };
    single::decide(&gate, token, now, |decision| decision.reason().map_or(Ok(()), Err))
}
