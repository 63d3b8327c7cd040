//! Taking the credential out of a URL, a cookie header and a subprotocol list: for logs, for
//! proxying, and for answering an upgrade without echoing the secret.

use crate::credential::{cookie_values, is_parameter, query_of};
use crate::reason::Reason;
use crate::text::ascii::{split_once, trim};

/// The target without the query parameter `name`, written to the beginning of `out`. The other
/// parameters stay as they are; a query that is empty afterwards goes with its `?`.
///
/// # Errors
/// [`Reason::OutputTooSmall`] if `out` is shorter than the result; as long as `target` is enough.
pub fn strip_query<'o>(target: &[u8], name: &str, out: &'o mut [u8]) -> Result<&'o [u8], Reason> {
    let mut writer = Writer { out, len: 0 };
    let Some(query) = query_of(target) else {
        writer.push(target)?;
        return writer.finish();
    };
    let (before_fragment, fragment) = split_once(target, b'#');
    writer.push(split_once(before_fragment, b'?').0)?;
    let kept = query
        .split(|&byte| byte == b'&')
        .filter(|pair| !is_parameter(split_once(pair, b'=').0, name.as_bytes()));
    writer.join(b"?", b"&", kept)?;
    if let Some(fragment) = fragment {
        writer.push(b"#")?;
        writer.push(fragment)?;
    }
    writer.finish()
}

/// The `Cookie` value without the cookie `name`, written to the beginning of `out`; empty if no
/// other is left.
///
/// # Errors
/// [`Reason::OutputTooSmall`]; twice the length of `value` is always enough.
pub fn strip_cookie<'o>(value: &[u8], name: &str, out: &'o mut [u8]) -> Result<&'o [u8], Reason> {
    let kept = value
        .split(|&byte| byte == b';')
        .map(trim)
        .filter(|pair| !pair.is_empty() && cookie_values(pair, name.as_bytes()).next().is_none());
    let mut writer = Writer { out, len: 0 };
    writer.join(b"", b"; ", kept)?;
    writer.finish()
}

/// The `Sec-WebSocket-Protocol` value without the items that begin with `prefix`, written to the
/// beginning of `out`; empty if no other is left. What remains may be echoed.
///
/// # Errors
/// [`Reason::OutputTooSmall`]; twice the length of `value` is always enough.
pub fn strip_subprotocol<'o>(
    value: &[u8],
    prefix: &str,
    out: &'o mut [u8],
) -> Result<&'o [u8], Reason> {
    let kept = value
        .split(|&byte| byte == b',')
        .map(trim)
        .filter(|item| !item.is_empty() && !item.starts_with(prefix.as_bytes()));
    let mut writer = Writer { out, len: 0 };
    writer.join(b"", b", ", kept)?;
    writer.finish()
}

/// Text in a buffer of the caller's.
pub(crate) struct Writer<'o> {
    out: &'o mut [u8],
    len: usize,
}

impl<'o> Writer<'o> {
    pub(crate) const fn new(out: &'o mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    pub(crate) fn push(&mut self, part: &[u8]) -> Result<(), Reason> {
        let room = self.out.get_mut(self.len..).unwrap_or_default();
        let place = room.get_mut(..part.len()).ok_or(Reason::OutputTooSmall)?;
        place.copy_from_slice(part);
        self.len = self.len.saturating_add(part.len());
        Ok(())
    }

    fn join<'p>(
        &mut self,
        mut gap: &[u8],
        between: &'static [u8],
        parts: impl Iterator<Item = &'p [u8]>,
    ) -> Result<(), Reason> {
        for part in parts {
            self.push(gap)?;
            self.push(part)?;
            gap = between;
        }
        Ok(())
    }

    /// What was written so far.
    pub(crate) fn written(&self) -> &[u8] {
        self.out.get(..self.len).unwrap_or_default()
    }

    /// The room that is left.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        self.out.get_mut(self.len..).unwrap_or_default()
    }

    /// Counts bytes that were written into [`room`](Self::room).
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.len = self.len.saturating_add(bytes).min(self.out.len());
    }

    pub(crate) fn finish(self) -> Result<&'o [u8], Reason> {
        let Self { out, len } = self;
        out.get(..len).ok_or(Reason::OutputTooSmall)
    }
}
