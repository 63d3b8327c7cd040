//! The log: each decision once, with its reason, and nothing that a client sent. Alone in its binary,
//! since the subscriber is the process's.

mod support;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use support::{OTHER_TOKEN, POLICY, TOKEN, gate, raw, serve};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// The lines since the last call.
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().expect("lock"))).expect("UTF-8")
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("lock").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Stands in every place that the client fills and the log might be tempted by.
const MARK: &str = "xMARKx";

#[tokio::test]
async fn the_log_names_the_reason_and_holds_no_byte_of_the_request() {
    let log = Log::default();
    // Everything that any crate in the process says, at the finest level.
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(log.clone())
        .init();
    let server = serve(gate(POLICY)).await;

    let host = "Host: app.example.com";
    let good = &*format!("Authorization: Bearer {TOKEN}");
    let wrong = &*format!("Authorization: Bearer {OTHER_TOKEN}");
    let forged = &*format!("Authorization: Bearer {MARK}.{MARK}.{MARK}");
    let page = &*format!("Origin: https://{MARK}.example");
    let agent = &*format!("User-Agent: {MARK}");
    let cookie = &*format!("Cookie: {MARK}=1; session={TOKEN}");
    let own = "Origin: https://app.example.com";
    let refused = |code, reason, status, class| {
        format!(
            " INFO doorward: refused code={code} reason=\"{reason}\" status={status} \
             class=\"{class}\" peer=127.0.0.1\n"
        )
    };
    for (lines, expected) in [
        (
            &[host, good, agent][..],
            "DEBUG doorward: allowed kind=\"capability\" place=\"authorization\" peer=127.0.0.1\n"
                .into(),
        ),
        (
            &[host, own, cookie],
            "DEBUG doorward: allowed kind=\"capability\" place=\"cookie:session\" peer=127.0.0.1\n"
                .into(),
        ),
        (&[host, agent], refused(2301, "credential_missing", 401, "unauthenticated")),
        (&[host, wrong], refused(4004, "capability_unknown", 401, "invalid_token")),
        (&[host, forged], refused(3004, "token_base64", 401, "invalid_token")),
        (&[host, good, page], refused(2203, "origin_malformed", 403, "forbidden")),
        (&["Host: xMARKx.example", good], refused(2104, "host_not_allowed", 403, "forbidden")),
        (&[host, good, cookie, own], refused(2303, "credential_duplicate", 400, "invalid_request")),
    ] {
        raw(server, &format!("/ws?token={TOKEN}&{MARK}={MARK}"), lines).await;
        let written = log.take();
        let ours: String = written
            .lines()
            .filter(|line| line.contains(" doorward: "))
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(ours, expected);
        for secret in [TOKEN, OTHER_TOKEN, MARK, "xmarkx"] {
            assert!(!written.contains(secret), "{secret} in {written}");
        }
    }
}
