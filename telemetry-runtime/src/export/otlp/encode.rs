//! Requests of a size that receivers take.

use bytes::Bytes;
use prost::Message;

/// A message that can be sent in two halves.
pub(super) trait Request: Message + Default + Sized {
    /// How many spans or points it holds.
    fn units(&self) -> usize;

    /// Moves about half of it into a second message; `None` where it cannot be divided.
    fn split(&mut self) -> Option<Self>;

    /// Makes what cannot be divided shorter; false where nothing of it can be spared.
    fn shrink(&mut self) -> bool {
        false
    }
}

/// A part of an export.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// Bytes to send, and the units in them.
    Send(Bytes, usize),
    /// Units that are too large to be sent.
    TooLarge(usize),
}

impl Part {
    pub(super) fn body(&self) -> Option<&Bytes> {
        match self {
            Self::Send(body, _) => Some(body),
            Self::TooLarge(_) => None,
        }
    }
}

/// Encodes a request in as few parts as `limit` bytes each allow.
///
/// Receivers refuse a whole request over their limit, so that one oversized span would take its batch with it.
pub(super) fn parts(request: impl Request, limit: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = vec![request];
    while let Some(mut request) = rest.pop() {
        if request.encoded_len() <= limit {
            parts.push(Part::Send(request.encode_to_vec().into(), request.units()));
        } else if let Some(second) = request.split() {
            // The first half is next, so that the order is kept.
            rest.push(second);
            rest.push(request);
        } else if request.shrink() {
            rest.push(request);
        } else {
            parts.push(Part::TooLarge(request.units()));
        }
    }
    parts
}

/// A request that its receiver found too large, in two halves or a shorter form.
///
/// It is read again for that: it happens seldom, and costs nothing until it does.
pub(super) fn smaller<R: Request>(body: Bytes, units: usize) -> Vec<Part> {
    let whole = |request: &R| Part::Send(request.encode_to_vec().into(), request.units());
    match R::decode(body) {
        Ok(mut request) => match request.split() {
            Some(second) => vec![whole(&request), whole(&second)],
            None if request.shrink() => vec![whole(&request)],
            None => vec![Part::TooLarge(units)],
        },
        Err(_) => vec![Part::TooLarge(units)],
    }
}

/// A group of items of one scope.
pub(super) trait Group: Sized {
    fn len(&self) -> usize;
    /// Moves the items from `at` on into a second group of the same scope.
    fn split_off(&mut self, at: usize) -> Self;
}

/// Moves the later half of all items into a second list.
pub(super) fn split_groups<G: Group>(groups: &mut Vec<G>) -> Option<Vec<G>> {
    let total: usize = groups.iter().map(Group::len).sum();
    if total < 2 {
        return None;
    }
    let mut left = total / 2;
    let position = groups.iter().position(|group| {
        let inside = left < group.len();
        if !inside {
            left -= group.len();
        }
        inside
    })?;
    let second = groups[position].split_off(left);
    let mut later = groups.split_off(position + 1);
    later.insert(0, second);
    Some(later)
}
