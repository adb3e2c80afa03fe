//! A stream whose peer must read what it asked for.
//!
//! hyper has no time limit for writing: who asks for pages and does not read them would hold their memory for ever.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// A peer that reads more slowly than this is let go once it lags behind by as long as is allowed. A line of 128 kbit/s
/// reads at this speed.
pub(crate) const SLOWEST_BYTES_PER_SEC: u64 = 16 * 1024;

/// A stream that fails when its peer lags behind.
#[derive(Debug)]
pub(crate) struct Steady<S> {
    inner: S,
    lag: Duration,
    /// How long it waited for the peer, less what the bytes that were read since are worth.
    waited: Duration,
    /// Since when it waits now, and until when at most.
    waits: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<S> Steady<S> {
    pub(crate) fn new(inner: S, lag: Duration) -> Self {
        Self {
            inner,
            lag,
            waited: Duration::ZERO,
            waits: None,
        }
    }

    /// What became of a write, with the time that it took.
    fn noticed<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
        written: impl Fn(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        match outcome {
            Poll::Ready(Ok(value)) => {
                if let Some((since, _)) = self.waits.take() {
                    self.waited += since.elapsed();
                }
                let bytes = u64::try_from(written(&value)).unwrap_or(u64::MAX);
                let worth =
                    Duration::from_millis(bytes.saturating_mul(1_000) / SLOWEST_BYTES_PER_SEC);
                self.waited = self.waited.saturating_sub(worth);
                Poll::Ready(Ok(value))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                let left = self.lag.saturating_sub(self.waited);
                let (_, sleep) = self
                    .waits
                    .get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(left))));
                match sleep.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Steady<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Steady<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.noticed(context, outcome, |written| *written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write_vectored(context, bytes);
        self.noticed(context, outcome, |written| *written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.inner).poll_flush(context);
        self.noticed(context, outcome, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
