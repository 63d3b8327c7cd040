//! The server's log, caught in the process: what the layer says of each request.

use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing::field::{Field, Visit};
use tracing::subscriber::{SetGlobalDefaultError, set_global_default};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Line>>>);

/// Starts to catch everything under the target `doorward`.
pub(crate) fn capture() -> Result<Log, SetGlobalDefaultError> {
    let log = Log::default();
    set_global_default(tracing_subscriber::registry().with(log.clone()))?;
    Ok(log)
}

impl Log {
    /// What was logged since the last call: one line, unless something is wrong.
    pub(crate) fn take(&self) -> String {
        let lines: Vec<String> = self.lines().drain(..).map(|line| line.to_string()).collect();
        lines.join(" + ")
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "doorward" {
            let mut line = Line::default();
            event.record(&mut line);
            self.lines().push(line);
        }
    }
}

/// The fields of an event that matter here.
#[derive(Default)]
struct Line {
    code: u64,
    reason: String,
    kind: String,
    place: String,
    message: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code != 0 {
            write!(f, "{} {}", self.code, self.reason)
        } else if !self.kind.is_empty() {
            write!(f, "{} in {}", self.kind, self.place)
        } else {
            f.write_str(&self.message)
        }
    }
}

impl Visit for Line {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "code" {
            self.code = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let slot = match field.name() {
            "reason" => &mut self.reason,
            "kind" => &mut self.kind,
            "place" => &mut self.place,
            _ => return,
        };
        value.clone_into(slot);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }
}
