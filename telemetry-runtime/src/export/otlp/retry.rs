//! Trying again, as OTLP asks: exponential back-off with jitter, retryable failures only, within one limit.

use std::future::Future;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

/// Why an attempt failed.
#[derive(Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) retry: Retry,
}

/// Whether another attempt may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    Never,
    /// With a smaller request only.
    Smaller,
    /// After a time that we choose.
    BackOff,
    /// Not before the receiver says (`Retry-After`, `RetryInfo`).
    After(Duration),
}

/// Why nothing more is tried.
#[derive(Debug, PartialEq)]
pub(super) struct GivenUp {
    pub(super) message: String,
    /// Whether parts of the request may be taken.
    pub(super) too_large: bool,
}

impl Failure {
    #[cfg(feature = "otlp-http")]
    pub(super) fn fatal(message: impl Into<String>) -> Self {
        Self { message: message.into(), retry: Retry::Never }
    }

    pub(super) fn passing(message: impl Into<String>) -> Self {
        Self { message: message.into(), retry: Retry::BackOff }
    }
}

/// The first pause; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(100);
/// The longest pause of our own choice.
const LONGEST: Duration = Duration::from_secs(5);

/// Runs `attempt`, which is given the time that is left, until it succeeds, cannot succeed, or `limit` is over. Zero is
/// no limit (OpenTelemetry's common rule for timeouts).
pub(super) async fn retrying<T, F>(
    limit: Duration,
    mut attempt: impl FnMut(Option<Duration>) -> F,
) -> Result<T, GivenUp>
where
    F: Future<Output = Result<T, Failure>>,
{
    let give_up = |message| GivenUp { message, too_large: false };
    let deadline = (!limit.is_zero()).then(|| Instant::now() + limit);
    let mut pause = FIRST;
    let mut last: Option<Failure> = None;
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let result = match deadline {
            Some(deadline) => timeout_at(deadline, attempt(left)).await.map_err(|_| limit),
            None => Ok(attempt(left).await),
        };
        let failure = match result {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(failure)) => failure,
            Err(limit) => {
                let before = last.map(|failure| format!(", after: {}", failure.message));
                let message = format!("no answer within {limit:?}{}", before.unwrap_or_default());
                return Err(give_up(message));
            }
        };
        let wait = match failure.retry {
            Retry::Never => return Err(give_up(failure.message)),
            Retry::Smaller => return Err(GivenUp { message: failure.message, too_large: true }),
            Retry::BackOff => jittered(pause),
            Retry::After(wait) => wait.max(jittered(pause)),
        };
        if deadline.is_some_and(|deadline| Instant::now() + wait >= deadline) {
            return Err(give_up(format!("{} (given up after {limit:?})", failure.message)));
        }
        last = Some(failure);
        sleep(wait).await;
        pause = (pause * 2).min(LONGEST);
    }
}

/// Between half and all of `pause`, so that many senders do not come back in step.
fn jittered(pause: Duration) -> Duration {
    // Each `RandomState` has keys of its own, which is randomness enough.
    #[expect(clippy::cast_precision_loss, reason = "an even spread is all that is needed")]
    let spread = RandomState::new().hash_one(pause) as f64 / u64::MAX as f64;
    pause.mul_f64(0.5 + spread / 2.0)
}

/// The time that a `Retry-After` header asks for: seconds, or a date as HTTP writes it.
#[cfg(feature = "otlp-http")]
pub(super) fn retry_after(header: &str, now: std::time::SystemTime) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = http_date(header)?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// Input: `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that is still sent (RFC 9110, section 5.6.7).
#[cfg(feature = "otlp-http")]
fn http_date(text: &str) -> Option<std::time::SystemTime> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, date) = text.split_once(", ")?;
    let mut parts = date.split([' ', ':']);
    let mut next = || parts.next();
    let day: u64 = next()?.parse().ok()?;
    let month = next()?;
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let year: u64 = next()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut clock = || next()?.parse::<u64>().ok();
    let seconds = clock()? * 3600 + clock()? * 60 + clock()?;
    // Days since 1970 in the Gregorian calendar, with years that begin in March so that the leap day is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    let days = days.checked_sub(719_469)?;
    std::time::SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(days * 86_400 + seconds))
}
