//! The layer: every request is decided before the inner service sees it.

use crate::future::ResponseFuture;
use crate::{log, refusal, strip, view};
use doorward_policy::core::Place;
use doorward_policy::{Gate, Principal, Reason, Scheme, Snapshot};
use http::request::Parts;
use http::{Extensions, Request, Response};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// The address of the connection's other end, as a request extension: where a [`DoorwardLayer`] looks
/// for it unless [`DoorwardLayer::peer`] says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

type FindPeer = dyn Fn(&Extensions) -> Option<IpAddr> + Send + Sync;

/// Lets only those requests through to a service that the gate allows.
///
/// A request that may come in carries its [`Principal`] as an extension; any other is answered here,
/// before a WebSocket upgrade. What stands in a `subprotocol:` place never reaches the service, which
/// would echo it.
#[derive(Clone)]
pub struct DoorwardLayer {
    door: Door,
}

impl DoorwardLayer {
    /// A layer for a listener that speaks plain HTTP.
    #[must_use]
    pub fn new(gate: Gate) -> Self {
        Self {
            door: Door {
                gate,
                scheme: Scheme::Http,
                peer: Arc::new(|extensions| extensions.get::<Peer>().map(|&Peer(ip)| ip)),
                strip_credential: false,
            },
        }
    }

    /// What the listener speaks: [`Scheme::Https`] where it ends TLS itself, or where a proxy that
    /// every request comes through does. The scheme of the request's URI is the client's word and
    /// never counts.
    #[must_use]
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.door.scheme = scheme;
        self
    }

    /// How to find the address of the connection's other end. Only the policy's `trusted_proxies`
    /// depend on it: without an address no forwarding header counts.
    #[must_use]
    pub fn peer(
        mut self,
        find: impl Fn(&Extensions) -> Option<IpAddr> + Send + Sync + 'static,
    ) -> Self {
        self.door.peer = Arc::new(find);
        self
    }

    /// Whether the service sees the request without its credential: the header, cookie or query
    /// parameter of every place that the policy names is taken out. What an outer layer put aside
    /// before, such as axum's `OriginalUri`, stays.
    #[must_use]
    pub fn strip_credential(mut self, strip: bool) -> Self {
        self.door.strip_credential = strip;
        self
    }
}

impl<S> Layer<S> for DoorwardLayer {
    type Service = DoorwardService<S>;

    fn layer(&self, inner: S) -> DoorwardService<S> {
        DoorwardService { inner, door: self.door.clone() }
    }
}

impl fmt::Debug for DoorwardLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.door.fmt_as("DoorwardLayer", f)
    }
}

/// A service behind a gate. Its `call` decides at once; nothing is spawned and nothing is boxed.
#[derive(Clone)]
pub struct DoorwardService<S> {
    inner: S,
    door: Door,
}

impl<S, B, R> Service<Request<B>> for DoorwardService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: From<&'static str>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, R>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        let rules = self.door.gate.snapshot();
        match self.door.admit(&mut head, &rules) {
            Ok(()) => ResponseFuture::inner(self.inner.call(Request::from_parts(head, body))),
            Err(reason) => {
                ResponseFuture::refused(refusal::response(reason, rules.challenge(reason)))
            }
        }
    }
}

impl<S> fmt::Debug for DoorwardService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.door.fmt_as("DoorwardService", f)
    }
}

/// The gate, and what the server knows of its own connections.
#[derive(Clone)]
struct Door {
    gate: Gate,
    scheme: Scheme,
    peer: Arc<FindPeer>,
    strip_credential: bool,
}

impl Door {
    /// Decides, writes the log line, and readies the head for the service.
    fn admit(&self, head: &mut Parts, rules: &Snapshot) -> Result<(), Reason> {
        let peer = (self.peer)(&head.extensions);
        let admitted = self
            .decide(head, peer, rules)
            .and_then(|principal| self.strip(head, rules, &principal).map(|()| principal));
        log::decided(admitted.as_ref(), peer);
        head.extensions.insert(admitted?);
        Ok(())
    }

    fn decide(
        &self,
        head: &Parts,
        peer: Option<IpAddr>,
        rules: &Snapshot,
    ) -> Result<Principal, Reason> {
        view::with_request(head, self.scheme, peer, |request| {
            rules.admit(request, doorward_policy::now())
        })
    }

    /// An empty prefix takes every protocol for a credential, so it counts only where the credential
    /// was one: elsewhere the offered protocols are the service's.
    fn strip(
        &self,
        head: &mut Parts,
        rules: &Snapshot,
        principal: &Principal,
    ) -> Result<(), Reason> {
        let places = rules.gate().credential.places.iter().map(Place::as_str);
        places
            .filter(|&place| place != "subprotocol:" || place == principal.place())
            .try_for_each(|place| strip::take_out(head, place, self.strip_credential))
    }

    fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("scheme", &self.scheme)
            .field("strip_credential", &self.strip_credential)
            .finish_non_exhaustive()
    }
}
