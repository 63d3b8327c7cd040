//! The answer to come: the inner service's, or a refusal.

use http::Response;
use pin_project_lite::pin_project;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// The answer of a [`DoorwardService`](crate::DoorwardService).
    pub struct ResponseFuture<F, R> {
        #[pin]
        answer: Answer<F, R>,
    }
}

pin_project! {
    #[project = AnswerProjection]
    enum Answer<F, R> {
        Inner { #[pin] future: F },
        Refused { response: Option<Response<R>> },
    }
}

impl<F, R> ResponseFuture<F, R> {
    pub(crate) const fn inner(future: F) -> Self {
        Self { answer: Answer::Inner { future } }
    }

    pub(crate) const fn refused(response: Response<R>) -> Self {
        Self { answer: Answer::Refused { response: Some(response) } }
    }
}

impl<F, R, E> Future for ResponseFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        match self.project().answer.project() {
            AnswerProjection::Inner { future } => future.poll(context),
            // Whoever polls once more after the answer waits; it is no reason to panic.
            AnswerProjection::Refused { response } => {
                response.take().map_or(Poll::Pending, |it| Poll::Ready(Ok(it)))
            }
        }
    }
}

impl<F, R> fmt::Debug for ResponseFuture<F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture")
            .field("refused", &matches!(self.answer, Answer::Refused { .. }))
            .finish_non_exhaustive()
    }
}
