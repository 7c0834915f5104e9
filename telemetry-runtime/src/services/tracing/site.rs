//! The place that all spans by hand of one plugin share.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::plugin::Scope;
use crate::trace::SpanSite;

/// The site for spans of a scope whose names are not known before they start. It stays for ever, as the ids of scopes do:
/// there are as few of them.
pub(super) fn of(scope: Scope) -> &'static SpanSite {
    static SITES: Mutex<Option<HashMap<Scope, &'static SpanSite>>> = Mutex::new(None);

    // An entry is made whole before it is put in, so a poisoned lock is as good as a clean one.
    let mut sites = SITES.lock().unwrap_or_else(PoisonError::into_inner);
    let sites = sites.get_or_insert_with(HashMap::new);
    sites.entry(scope).or_insert_with(|| Box::leak(Box::new(SpanSite::unnamed(scope))))
}
