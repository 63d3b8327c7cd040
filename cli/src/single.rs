//! One credential, judged by a policy's own gate with nothing else to judge.

use doorward_core::{
    CredentialRules, Decision, Gate, Header, HostRules, OriginMode, OriginRules, Place, Request,
    Scheme, UnixTime,
};
use zeroize::Zeroizing;

/// Shows `see` what the gate decides of a credential in an `Authorization` header, whatever host, page
/// and place the policy asks for.
pub(crate) fn decide<T>(
    gate: &Gate<'_>,
    credential: &[u8],
    now: UnixTime,
    see: impl FnOnce(Decision<'_>) -> T,
) -> T {
    let gate = Gate {
        host: HostRules::default(),
        origin: OriginRules { mode: OriginMode::Off, ..OriginRules::default() },
        credential: CredentialRules {
            places: &[Place::AUTHORIZATION],
            anonymous: false,
            first_present_wins: false,
        },
        ..*gate
    };
    let value = Zeroizing::new([b"Bearer ", credential].concat());
    let headers = [Header { name: b"Authorization", value: &value }];
    let request = Request {
        method: b"GET",
        target: b"/",
        scheme: Scheme::Https,
        peer: None,
        headers: &headers,
    };
    let mut scratch = vec![0; gate.scratch_bytes()];
    see(gate.decide(&request, now, &mut scratch))
}
