use super::{Arrived, Connection, next_line, unreadable};
use crate::outcome::Failure;
use std::io::BufRead;

/// Reads heads, one behind the other, each up to an empty line or the end.
pub(super) fn read(
    mut input: impl BufRead,
    connection: Connection,
) -> impl Iterator<Item = Result<Arrived, Failure>> {
    let mut line = 0;
    let mut failed = false;
    std::iter::from_fn(move || {
        if failed {
            return None;
        }
        let next = next_head(&mut input, &mut line, connection);
        failed = next.is_err();
        next.transpose()
    })
}

fn next_head(
    input: &mut impl BufRead,
    line: &mut usize,
    connection: Connection,
) -> Result<Option<Arrived>, Failure> {
    let mut head = Vec::new();
    let mut lines: usize = 0;
    loop {
        let start = head.len();
        *line += 1;
        if !next_line(input, &mut head, *line)? {
            break;
        }
        let text = head.get(start..).unwrap_or_default();
        let empty = matches!(text, b"\n" | b"\r\n");
        if empty && lines > 0 {
            break;
        }
        if empty {
            // RFC 9112 §2.2: empty lines before a request line do not count.
            head.truncate(start);
        } else {
            lines += 1;
        }
    }
    if lines == 0 {
        return Ok(None);
    }
    // At the end of the input the empty line may be missing, and the last line's end.
    head.extend_from_slice(b"\n\n");
    parse(&head, lines, connection)
        .map(Some)
        .map_err(|(at, what)| unreadable(line.saturating_sub(lines).saturating_add(at), what))
}

/// Parses a head of this many lines; an error comes with the number of its line, from 0.
fn parse(
    head: &[u8],
    lines: usize,
    connection: Connection,
) -> Result<Arrived, (usize, httparse::Error)> {
    let mut headers = vec![httparse::EMPTY_HEADER; lines];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err((lines - 1, httparse::Error::NewLine)),
        Err(error) => return Err((place(head, lines), error)),
    }
    let headers = request.headers.iter();
    Ok(Arrived {
        method: request.method.unwrap_or_default().into(),
        target: request.path.unwrap_or_default().into(),
        scheme: connection.scheme,
        peer: connection.peer,
        headers: headers.map(|header| (header.name.into(), header.value.to_vec())).collect(),
        now: None,
    })
}

/// Which line is at fault: the first header line that is none by itself, or else the request line.
fn place(head: &[u8], lines: usize) -> usize {
    let mut all = head.split_inclusive(|&byte| byte == b'\n').take(lines);
    let first = all.next().unwrap_or_default();
    let is_wrong = |line: &[u8]| {
        let mut one = [httparse::EMPTY_HEADER; 2];
        let text = [line, b"\n"].concat();
        httparse::parse_headers(&text, &mut one).is_err()
    };
    let mut none = [];
    let mut request = httparse::Request::new(&mut none);
    if request.parse(&[first, b"\n"].concat()).is_err() {
        return 0;
    }
    all.position(is_wrong).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::Scheme;

    const CONNECTION: Connection = Connection { scheme: Scheme::Http, peer: None };

    fn all(text: &str) -> Vec<Result<Arrived, String>> {
        read(text.as_bytes(), CONNECTION)
            .map(|request| request.map_err(|failure| format!("{failure:?}")))
            .collect()
    }

    #[test]
    fn requests_follow_each_other() {
        let text =
            "GET /a HTTP/1.1\r\nHost: x\r\n\r\n\n\nGET /b HTTP/1.0\nA:  b \nA: \n\nGET /c HTTP/1.1";
        let requests: Vec<Arrived> = all(text).into_iter().map(Result::unwrap).collect();
        let targets: Vec<&[u8]> = requests.iter().map(|r| r.target.as_slice()).collect();
        assert_eq!(targets, [b"/a", b"/b", b"/c"]);
        assert_eq!(
            requests[1].headers,
            [(b"A".to_vec(), b"b".to_vec()), (b"A".to_vec(), b"".to_vec())]
        );
    }

    #[test]
    fn the_line_at_fault_is_named() {
        for (text, line) in [
            ("GET\n\n", 1),
            ("\nGET / HTTP/1.1\nHost: x\nBad Name: y\nZ: z\n\n", 4),
            ("GET /a HTTP/1.1\n\nGET /b HTTP/1.1\nX: a\x01\n\n", 4),
            ("GET / HTTP/1.1\nHost: x\n folded\n\n", 3),
            ("GET / HTTP/1.1\nHost\n", 2),
        ] {
            let requests = all(text);
            let error = requests.last().unwrap().as_ref().err().unwrap();
            assert!(error.contains(&format!("line {line}:")), "{text:?}: {error}");
        }
    }

    #[test]
    fn nothing_is_read_behind_an_error() {
        assert_eq!(all("GET\n\nGET / HTTP/1.1\n\n").len(), 1);
    }
}
