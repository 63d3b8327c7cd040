//! One event a decision, under the target `doorward`. No byte of the request goes into it.

use doorward_policy::{Principal, Reason};
use std::net::IpAddr;

const TARGET: &str = "doorward";

/// A refusal is what the server is there for, a question without an answer is trouble.
const FIRST_SERVER_ERROR: u16 = 500;

pub(crate) fn decided(decision: Result<&Principal, &Reason>, peer: Option<IpAddr>) {
    match decision {
        Ok(principal) => tracing::debug!(
            target: TARGET,
            kind = principal.kind(),
            place = principal.place(),
            peer = peer.map(tracing::field::display),
            "allowed"
        ),
        Err(reason) if reason.status() >= FIRST_SERVER_ERROR => tracing::warn!(
            target: TARGET,
            code = reason.code(),
            reason = reason.name(),
            status = reason.status(),
            class = reason.class().name(),
            peer = peer.map(tracing::field::display),
            "not decided"
        ),
        Err(reason) => tracing::info!(
            target: TARGET,
            code = reason.code(),
            reason = reason.name(),
            status = reason.status(),
            class = reason.class().name(),
            peer = peer.map(tracing::field::display),
            "refused"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tracing::{Event, Level, Subscriber};
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

    #[derive(Clone, Default)]
    struct Levels(Arc<Mutex<Vec<Level>>>);

    impl<S: Subscriber> Layer<S> for Levels {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            self.0.lock().unwrap().push(*event.metadata().level());
        }
    }

    #[test]
    fn only_what_could_not_be_decided_warns() {
        let levels = Levels::default();
        let subscriber = tracing_subscriber::registry().with(levels.clone());
        tracing::subscriber::with_default(subscriber, || {
            for reason in Reason::ALL {
                decided(Err(reason), None);
            }
        });
        let expected = Reason::ALL.iter().map(|reason| match reason.code() {
            1000..=1999 | 9000..=9999 => Level::WARN,
            _ => Level::INFO,
        });
        assert_eq!(*levels.0.lock().unwrap(), expected.collect::<Vec<_>>());
    }
}
