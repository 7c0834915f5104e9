// Calls: 6 ok, 1 error, 1 panic.
use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use shapes::prelude::*;

type Callback = unsafe extern "C" fn(data: *mut c_void, name: *const c_char) -> c_int;

/// No panic may leave it.
#[shape]
unsafe extern "C" fn callback(data: *mut c_void, name: *const c_char) -> c_int {
    // SAFETY: `each` gives what it was given.
    let (names, name) = unsafe { (&mut *data.cast::<Vec<String>>(), CStr::from_ptr(name)) };
    match catch_unwind(AssertUnwindSafe(|| added(names, name))) {
        Ok(Ok(length)) => length,
        Ok(Err(_)) => -1,
        Err(_) => -2,
    }
}

#[shape]
fn added(names: &mut Vec<String>, name: &CStr) -> Result<c_int, std::str::Utf8Error> {
    let name = name.to_str()?;
    if name.is_empty() {
        std::panic::panic_any(Payload(1));
    }
    names.push(name.to_owned());
    Ok(c_int::try_from(names.len()).unwrap_or(c_int::MAX))
}

#[shape]
unsafe fn each(names: &[&CStr], callback: Option<Callback>, data: *mut c_void) -> Vec<c_int> {
    let Some(callback) = callback else { return Vec::new() };
    // SAFETY: the caller gives data for the callback.
    names.iter().map(|name| unsafe { callback(data, name.as_ptr()) }).collect()
}

pub(super) fn run() {
    let mut names = Vec::<String>::new();
    // SAFETY: the data is what the callback expects.
    unsafe {
        show("codes", each(&[c"one", c"\xff", c""], Some(callback), (&raw mut names).cast()));
        show("none", each(&[c"one"], None, std::ptr::null_mut()));
    }
    show("names", names);
}
